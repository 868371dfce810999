import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { deviceSizeOf } from "./device-size.ts";
import { isErrno } from "./errno.ts";
import { majorMinorOf } from "./loop.ts";
import { keepsNodes, type Mount } from "./mounts.ts";

/**
 * Whether what is mounted lies on a disk that this machine no longer has: pulled, or detached by force. The mount stays
 * until somebody takes it away, and so does the bind mount of a node that leads nowhere any more.
 */
export async function isOfLostDisk(mount: Mount): Promise<boolean> {
  if (keepsNodes(mount)) return isOfLostNode(mount.path);
  // btrfs has a number of its own, and tells the disk by name only
  if (mount.fsType === "btrfs")
    return /^\/dev\/[a-z0-9]+$/.test(mount.source) && !existsSync(`/sys/class/block/${basename(mount.source)}`);
  return !mount.device.startsWith("0:") && !isThere(mount.device);
}

async function isOfLostNode(path: string): Promise<boolean> {
  const found = await orUnreadable(stat(path, { bigint: true }));
  return found?.isBlockDevice() === true && !isThere(majorMinorOf(found.rdev));
}

/** The number of a loop device stays; without a file it is no disk. */
const isThere = (device: string): boolean =>
  existsSync(`/sys/dev/block/${device}`) && (!device.startsWith("7:") || deviceSizeOf(device) > 0);

async function orUnreadable<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES", "EIO")) return undefined;
    throw error;
  }
}
