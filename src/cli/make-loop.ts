import { statfs } from "node:fs/promises";
import { resumeCopies } from "../backend/local/slow-snapshot.ts";
import type { LoopContext } from "../backend/loop/context.ts";
import { loopGauges } from "../backend/loop/gauges.ts";
import { loopBackend } from "../backend/loop/loop-backend.ts";
import { loopMedium } from "../backend/loop/medium.ts";
import { loopNode } from "../backend/loop/node.ts";
import { resumeLimits } from "../backend/loop/resume-limits.ts";
import type { DriverConfig } from "../config.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { Made } from "./made.ts";
import { madeOf, openLocal } from "./open-local.ts";

export async function makeLoop(config: DriverConfig, host: LinuxHost): Promise<Made> {
  const context: LoopContext = { ...(await openLocal(config, host)), defaultFs: config.defaultFs };
  return {
    ...madeOf(config, context),
    backend: loopBackend(context, await isExt(config.pool)),
    node: loopNode(context),
    started: context.pool.loaded.then(async () => {
      await resumeCopies({ ...context, medium: loopMedium(context) });
      await resumeLimits(context);
    }),
    gauges: loopGauges(context),
  };
}

/** statfs(2): the magic number that ext2, ext3 and ext4 share. */
const isExt = async (path: string): Promise<boolean> => (await statfs(path)).type === 0xef53;
