import { readdir, readFile, stat } from "node:fs/promises";
import { ifThere, isErrno } from "./errno.ts";
import type { Loop, Loops } from "./loop.ts";
import { parseMounts, showsNode } from "./mounts.ts";
import { CommandError, type Run } from "./run.ts";

type LoopNode = Pick<Loop, "path" | "device">;

interface MountElsewhere {
  readonly pid: string;
  readonly path: string;
  /** What is mounted is the device's node. */
  readonly isNode: boolean;
}

/**
 * Takes a device away from those who have it mounted, in whatever mount namespace: first the filesystem is shut down,
 * so that from then on nothing is written, then the mounts go. What was not written is lost, as with a disk that is
 * pulled. A process that has a file open keeps the device until it closes it. Whoever was shown the node would see the
 * next volume that gets the number, and a device on top of it would keep it.
 */
export async function releaseByForce(device: LoopNode, loops: Loops, run: Run): Promise<void> {
  for (const reader of await loops.showing(device.path)) {
    await releaseByForce(reader, loops, run);
    await loops.detachOne(reader.path, device.path);
  }
  for (const { pid, path, isNode } of await mountsEverywhere(device)) {
    const inside = ["nsenter", "--mount", "--target", pid, "--"];
    // ext4 knows the same call
    if (!isNode) await unlessGone(run([...inside, "xfs_io", "-x", "-c", "shutdown", path]));
    await unlessGone(run([...inside, "umount", "--lazy", "--", path]));
  }
}

/** One process of each mount namespace can tell of all mounts in it. */
async function mountsEverywhere(loop: LoopNode): Promise<readonly MountElsewhere[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const seen = new Set<bigint>();
  const found: MountElsewhere[] = [];
  for (const pid of pids) {
    const namespace = await orGone(stat(`/proc/${pid}/ns/mnt`, { bigint: true }));
    if (namespace === undefined || seen.has(namespace.ino)) continue;
    seen.add(namespace.ino);
    const mounts = parseMounts((await orGone(readFile(`/proc/${pid}/mountinfo`, "utf8"))) ?? "");
    for (const mount of mounts) {
      const isNode = showsNode(mount, loop.path);
      if (isNode || mount.device === loop.device) found.push({ pid, path: mount.path, isNode });
    }
  }
  return found.reverse();
}

/** Processes end while they are looked at. */
async function orGone<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await ifThere(question);
  } catch (error) {
    if (isErrno(error, "ESRCH", "EACCES", "EINVAL")) return undefined;
    throw error;
  }
}

/** A mount that is gone already is what was wanted. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
}
