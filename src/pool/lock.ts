import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { type HeldLock, takeLock } from "../host/flock.ts";
import type { Run } from "../host/run.ts";

/** Who writes to the pool. */
export interface Holder {
  readonly pid: number;
  readonly endpoint: string;
}

export class PoolTaken extends Error {
  override readonly name = "PoolTaken";
  readonly holder: Holder | undefined;

  constructor(root: string, holder: Holder | undefined) {
    const who = holder === undefined ? "another process" : `process ${holder.pid}, which serves ${holder.endpoint}`;
    super(`the pool ${root} is held by ${who}`);
    this.holder = holder;
  }
}

/** One process writes to a pool at a time. The lock file also says who, for the one who comes second. */
export async function lockPool(root: string, lockFile: string, self: Holder, run: Run): Promise<HeldLock> {
  const lock = await takeLock(lockFile, run);
  if (lock === undefined) throw new PoolTaken(root, await readHolder(lockFile));
  await truncate(lockFile);
  await writeFile(lockFile, JSON.stringify(self), { flag: "r+" });
  return lock;
}

export async function readHolder(lockFile: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(lockFile, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

/** Whether this is a lock file of ours: another's of that name is nothing that may be written to. */
export async function isLockFile(path: string): Promise<boolean> {
  const found = await stat(path);
  return found.isFile() && (found.size === 0 || typeof (await readHolder(path))?.pid === "number");
}
