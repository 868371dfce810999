import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../host/errno.ts";
import { copiesOf, syncPath, writeRecord } from "../host/files.ts";
import type { HeldLock } from "../host/flock.ts";
import { cloneProbe } from "../host/image.ts";
import { readMounts } from "../host/mounts.ts";
import { realPath } from "../host/observe.ts";
import type { Run } from "../host/run.ts";
import { foldersOf, type Layout, layoutOf } from "./layout.ts";
import { type Holder, isLockFile, lockPool } from "./lock.ts";
import { hasPoolImage, makePoolImage, mountPoolImage } from "./pool-image.ts";
import { seal } from "./record.ts";

export interface CreatePool {
  readonly root: string;
  /** Undefined: the directory itself is the pool. */
  readonly imageBytes: number | undefined;
  readonly sparse: boolean;
}

export class PoolError extends Error {
  override readonly name = "PoolError";
}

/** Makes a pool where there is nothing yet; never over anything. */
export async function createPool({ root, imageBytes, sparse }: CreatePool, run: Run): Promise<Layout> {
  await refuseUnlessEmpty(root);
  if (imageBytes !== undefined && (await hasPoolImage(root))) throw new PoolError(`${root}.img exists already`);
  const self = { pid: process.pid, endpoint: "kura pool" };
  const lock = await lockBlank({ root, self, imageBytes: async () => imageBytes, sparse }, run);
  try {
    await refuseUnlessEmpty(root);
    return await makePool(root, run);
  } finally {
    await lock.release();
  }
}

interface BlankPlace {
  readonly root: string;
  readonly self: Holder;
  /** Of an image to be made, where there should be one; asked once nobody else can make a pool there. */
  readonly imageBytes: () => Promise<number | undefined>;
  readonly sparse: boolean;
}

/**
 * Takes the lock of a place in which a pool is to be made: of the directory, or of the image that is mounted on it. An
 * image is only made by who holds the directory's lock, so that two who come at once never make two.
 */
export async function lockBlank({ root, self, imageBytes, sparse }: BlankPlace, run: Run): Promise<HeldLock> {
  const { lock: file } = layoutOf(root);
  const made = await mkdir(root, { recursive: true, mode: 0o700 });
  const lock = await lockPool(root, file, self, run);
  try {
    const bytes = (await hasPoolImage(root)) || !(await isBlank(root)) ? undefined : await imageBytes();
    if (bytes !== undefined) await makePoolImage(root, bytes, sparse, run);
    if (!(await hasPoolImage(root))) return lock;
  } catch (error) {
    // the directory that was made for it goes too, unless somebody has put something there
    if (made !== undefined && !(await hasPoolImage(root))) {
      await rm(file, { force: true });
      await rmdir(root).catch(() => {});
    }
    await lock.release();
    throw error;
  }
  await lock.release();
  await mountPoolImage(root, run);
  return lockPool(root, file, self, run);
}

/** What makes a directory a pool. Only for who holds its lock. */
export async function makePool(root: string, run: Run): Promise<Layout> {
  const layout = layoutOf(root);
  for (const folder of foldersOf(layout)) await mkdir(folder, { recursive: true, mode: 0o700 });
  await hintExtents(layout, run);
  await writeRecord(layout.config, seal({ id: randomBytes(4).toString("hex"), createdAt: new Date().toISOString() }));
  await syncPath(root);
  return layout;
}

async function refuseUnlessEmpty(root: string): Promise<void> {
  const others = await foundIn(root);
  if (others.includes("pool.json")) throw new PoolError(`${root} holds a pool already`);
  if (others.length > 0)
    throw new PoolError(`${root} is not empty (${others.slice(0, 3).join(", ")}), so no pool is made there`);
}

/** Whether a pool may be made in a directory: it is missing or empty, or another try ended before it had made one. */
export const isBlank = async (root: string): Promise<boolean> => (await foundIn(root)).length === 0;

/**
 * What is in a directory, besides what a new filesystem has and what a try to make a pool leaves: a lock, empty folders,
 * and a record that does not bear its name yet.
 */
async function foundIn(root: string): Promise<readonly string[]> {
  const layout = layoutOf(root);
  const [ours, { lock }] = [foldersOf(layout), layout];
  const names = (await ifThere(readdir(root))) ?? [];
  const found = names.filter(
    (name) => name !== "lost+found" && !unnamedRecords.includes(name) && !name.startsWith(cloneProbe),
  );
  const isRest = async (path: string) =>
    path === lock ? isLockFile(path) : ours.includes(path) && (await readdir(path)).length === 0;
  const rests = await Promise.all(found.map((name) => isRest(join(root, name))));
  return found.filter((_, index) => !rests[index]);
}

const unnamedRecords: readonly string[] = copiesOf("pool.json").map((copy) => `${copy}.new`);

/** How many bytes a first write into a hole allocates at least; measured against the size of fresh filesystems. */
const extentHint = "64k";

/**
 * An image that is written at random in pieces of 4 KiB falls into hundreds of thousands of extents, and a clone has to
 * copy the list of them. With a hint, XFS gives out larger pieces; files inherit it from their folder.
 */
async function hintExtents(layout: Layout, run: Run): Promise<void> {
  const [mounts, root] = [await readMounts(), await realPath(layout.root)];
  const mount = mounts.filter(({ path }) => root === path || root.startsWith(`${path === "/" ? "" : path}/`)).at(-1);
  if (mount?.fsType !== "xfs") return;
  for (const folder of [layout.volumes, layout.snapshots]) await run(["xfs_io", "-c", `extsize ${extentHint}`, folder]);
}
