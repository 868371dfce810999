import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeBackend } from "../../src/cli/make-backend.ts";
import { parseDriverConfig } from "../../src/config.ts";
import { pathsOf } from "../../src/csi/node/paths.ts";
import { controllerRpcs, groupControllerRpcs, nodeRpcs } from "../../src/csi/rpcs.ts";
import type { Answers } from "../../src/grpc/maintenance.ts";
import { backstageOf } from "../../src/host/backstage.ts";
import { Loops } from "../../src/host/loop.ts";
import { commandRunner } from "../../src/host/run.ts";
import { silentLog } from "../../src/log.ts";
import { caller } from "../support/call.ts";
import { Co, type Snapshot } from "../support/co.ts";
import { must } from "../support/command.ts";
import { realHost } from "../support/host.ts";
import { clearAway } from "../support/sandbox.ts";

/** What a pool lies on; ext4 cannot share blocks. */
export type PoolOn = "xfs" | "btrfs" | "ext4";

/** A driver, with everything but its socket, on a pool that a disk holds. */
export interface World extends AsyncDisposable {
  readonly pool: string;
  readonly co: Co;
  readonly ask: Answers;
  path(...names: readonly string[]): string;
}

/** Mounts the disk and starts a driver on it, in a folder of its own that goes with it; nothing uses the disk then. */
export async function openWorld(folder: string, disk: string, on: PoolOn): Promise<World> {
  await mkdir(folder);
  try {
    return await start(folder, disk, on);
  } catch (error) {
    await release(folder, disk);
    throw error;
  }
}

async function release(folder: string, disk: string): Promise<void> {
  await clearAway(folder);
  await new Loops(commandRunner()).detach(disk);
}

async function start(folder: string, disk: string, on: PoolOn): Promise<World> {
  const pool = join(folder, "pool");
  await mkdir(pool);
  // the driver mounts a pool image by itself; any other filesystem is its user's
  if (on === "xfs") await symlink(disk, `${pool}.img`);
  else await must("mount", "-t", on, "-o", "loop", disk, pool);
  const host = await realHost();
  const config = parseDriverConfig({ backend: "loop", endpoint: `unix://${folder}/csi.sock`, pool, nodeId: "node-a" });
  const { backend, node, started, answers, close } = await makeBackend(config, host, silentLog());
  const { newPath: backstage } = await backstageOf(join(folder, "csi.sock"));
  const parts = { backend, node, host, paths: pathsOf(config.kubeletDir, host), backstage };
  const call = caller([...controllerRpcs(backend), ...groupControllerRpcs(backend), ...nodeRpcs(backend, parts)]);
  const end = async () => {
    await close();
    host.throttle.close();
  };
  const path: World["path"] = (...names) => join(folder, ...names);
  const stream = () => {
    throw new Error("nothing is streamed here");
  };
  const co = new Co({ path }, { client: { call, stream, close: () => {} } });
  try {
    await started;
    await untilCopied(co);
  } catch (error) {
    await end();
    throw error;
  }
  const [ask = {}] = answers.values();
  return { pool, co, ask, path, [Symbol.asyncDispose]: () => end().finally(() => release(folder, disk)) };
}

/** Until every snapshot is whole: where blocks are not shared they are copied behind the answer, and behind a start. */
export async function untilCopied(co: Co): Promise<void> {
  type Listed = { entries: { snapshot: Snapshot }[] };
  for (let patience = 12_000; patience > 0; patience -= 1) {
    const { entries } = await co.call<Listed>("ListSnapshots");
    if (entries.every(({ snapshot }) => snapshot.readyToUse)) return;
    await delay(10);
  }
  throw new Error("a snapshot does not become whole");
}
