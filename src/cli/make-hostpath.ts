import { hostpathBackend } from "../backend/hostpath/hostpath-backend.ts";
import { hostpathMedium } from "../backend/hostpath/medium.ts";
import { hostpathNode } from "../backend/hostpath/node.ts";
import type { LocalParts } from "../backend/local/context.ts";
import { poolGauges } from "../backend/local/gauges.ts";
import { resumeCopies } from "../backend/local/slow-snapshot.ts";
import type { DriverConfig } from "../config.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { Made } from "./made.ts";
import { makeLocal, type Served } from "./make-local.ts";

export const makeHostpath = (config: DriverConfig, host: LinuxHost): Promise<Made> => makeLocal(config, host, serve);

const serve = async (parts: LocalParts): Promise<Served> => ({
  backend: hostpathBackend(parts),
  node: hostpathNode(parts),
  started: parts.pool.loaded.then(() => resumeCopies({ ...parts, medium: hostpathMedium(parts) })),
  gauges: poolGauges(parts),
});
