import { statfs } from "node:fs/promises";
import { resumeCopies } from "../backend/local/slow-snapshot.ts";
import type { LoopContext } from "../backend/loop/context.ts";
import { loopGauges, throttleGauge } from "../backend/loop/gauges.ts";
import { loopBackend } from "../backend/loop/loop-backend.ts";
import { loopMedium } from "../backend/loop/medium.ts";
import { loopNode } from "../backend/loop/node.ts";
import { resumeLimits } from "../backend/loop/resume-limits.ts";
import type { DriverConfig } from "../config.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { Made } from "./made.ts";
import { makeLocal, type Served } from "./make-local.ts";

export async function makeLoop(config: DriverConfig, host: LinuxHost): Promise<Made> {
  const { defaultFs } = config;
  const made = await makeLocal(config, host, (parts) => serve({ ...parts, defaultFs }));
  return { ...made, gauges: [...made.gauges, throttleGauge(host)] };
}

const serve = async (context: LoopContext): Promise<Served> => ({
  backend: loopBackend(context, await isExt(context.pool.layout.root)),
  node: loopNode(context),
  started: context.pool.loaded.then(async () => {
    await resumeCopies({ ...context, medium: loopMedium(context) });
    await resumeLimits(context);
  }),
  gauges: loopGauges(context),
});

/** statfs(2): the magic number that ext2, ext3 and ext4 share. */
const isExt = async (path: string): Promise<boolean> => (await statfs(path)).type === 0xef53;
