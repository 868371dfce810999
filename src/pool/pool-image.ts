import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ifThere } from "../host/errno.ts";
import { syncPath } from "../host/files.ts";
import { takeLock } from "../host/flock.ts";
import { makeImage } from "../host/image.ts";
import { type Loop, Loops } from "../host/loop.ts";
import { readMounts } from "../host/mounts.ts";
import { realPath } from "../host/observe.ts";
import { CommandError, type Run } from "../host/run.ts";
import type { Image } from "../node/volume.ts";
import { imageOf } from "./layout.ts";

/** A pool of its own in one file: an XFS with reflink, on any host. It bears its name once it is whole. */
export async function makePoolImage(root: string, sizeBytes: number, sparse: boolean, run: Run): Promise<void> {
  const unfinished = `${imageOf(root)}.new`;
  await mkdir(dirname(root), { recursive: true, mode: 0o700 });
  await rm(unfinished, { force: true });
  try {
    await makeImage(unfinished, sizeBytes, !sparse, run);
    await run(["mkfs.xfs", "-q", "-m", "reflink=1", unfinished]);
    await syncPath(unfinished);
    await rename(unfinished, imageOf(root));
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncPath(dirname(root));
}

export const hasPoolImage = async (root: string): Promise<boolean> =>
  (await ifThere(stat(imageOf(root)))) !== undefined;

/** The file itself, where it holds holes: then the pool takes space from the host only as it is used. */
export async function sparseImageOf(root: string): Promise<string | undefined> {
  const found = await ifThere(stat(imageOf(root)));
  return found !== undefined && found.blocks * 512 < found.size ? imageOf(root) : undefined;
}

/**
 * Attached and mounted, whatever was there before: by inode, so that neither a reboot nor another name makes a second
 * one. Never with `nouuid`, which would let the same image be mounted twice.
 */
export async function mountPoolImage(root: string, run: Run): Promise<void> {
  const file = imageOf(root);
  const lock = await takeLock(file, run);
  if (lock === undefined) throw new Error(`${file} is being mounted by another process`);
  try {
    const loops = new Loops(run);
    const [found] = await loops.showing(file);
    if (found !== undefined && (await isMountedAt(found, root))) return;
    await mkdir(root, { recursive: true, mode: 0o700 });
    const loop = found ?? (await loops.attach(asImage(file), false));
    const discard = (await sparseImageOf(root)) === undefined ? [] : ["-o", "discard"];
    try {
      await run(["mount", "-t", "xfs", ...discard, "--", loop.path, root]);
    } catch (error) {
      if (found === undefined) await loops.detach(file);
      throw error;
    }
  } finally {
    await lock.release();
  }
}

export async function unmountPoolImage(root: string, run: Run): Promise<void> {
  const file = imageOf(root);
  const loops = new Loops(run);
  const [loop] = await loops.showing(file);
  if (loop === undefined) return;
  if (await isMountedAt(loop, root)) await run(["umount", "--", root]);
  await loops.detach(file);
}

/** The kernel lists where a path really leads; the pool may have been named over a symbolic link. */
async function isMountedAt(loop: Loop, root: string): Promise<boolean> {
  const [mounts, real] = [await readMounts(), await realPath(root)];
  return mounts.some(({ device, path }) => device === loop.device && path === real);
}

/**
 * Unmounts what nobody needs: where a driver mounted the image by itself, its end may be for good. While a volume is
 * attached the kernel refuses, for the loop device holds its file open, and the mount stays for the next driver.
 */
export async function releasePoolImage(root: string, run: Run): Promise<void> {
  try {
    await unmountPoolImage(root, run);
  } catch (error) {
    if (!(error instanceof CommandError) || !/busy/i.test(error.stderr)) throw error;
  }
}

const asImage = (file: string): Image => ({ kind: "image", file, sectorBytes: 512, discard: true });
