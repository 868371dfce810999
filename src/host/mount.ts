import { HostError } from "../node/host-error.ts";
import type { FsType } from "../node/volume.ts";
import { CommandError, type Run } from "./run.ts";

/** mount(8): 32 is its general failure; the text tells which. */
export async function mountDevice(
  device: string,
  path: string,
  fsType: FsType,
  options: readonly string[],
  run: Run,
): Promise<void> {
  const flags = options.length === 0 ? [] : ["-o", options.join(",")];
  try {
    await run(["mount", "-t", fsType, ...flags, "--", device, path]);
  } catch (error) {
    throw explain(error, device, path, fsType, options);
  }
}

export async function bindMount(from: string, to: string, run: Run): Promise<void> {
  await run(["mount", "--bind", "--", from, to]);
}

/** Besides those that the mount has: mount(8) looks them up and gives them again. */
export async function remountBind(path: string, options: readonly string[], run: Run): Promise<void> {
  await run(["mount", "-o", ["remount", "bind", ...options].join(","), "--", path]);
}

export async function unmount(path: string, run: Run): Promise<void> {
  try {
    await run(["umount", "--", path]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (/not mounted|no mount point specified/i.test(error.stderr)) return;
    if (/busy/i.test(error.stderr))
      throw new HostError("in-use", `${path} is in use and cannot be unmounted now`, { cause: error });
    throw error;
  }
}

function explain(error: unknown, device: string, path: string, fsType: FsType, options: readonly string[]): unknown {
  if (!(error instanceof CommandError)) return error;
  // mount(8) has one text for every EINVAL: a bad option, where there is one that the filesystem itself reads
  const isDamaged = /structure needs cleaning|can't read superblock/i.test(error.stderr);
  if (isDamaged || (/bad superblock|wrong fs type/i.test(error.stderr) && options.every(isSurelyKnown))) {
    const repair = fsType === "xfs" ? "xfs_repair" : fsType === "btrfs" ? "btrfs check" : "e2fsck -f";
    return new HostError(
      "corrupt",
      `the ${fsType} on ${device} cannot be mounted: it is damaged (${firstLine(error)}); repair it with ${repair}`,
      { cause: error },
    );
  }
  if (/bad option|wrong fs type|invalid argument|unknown parameter|bad usage/i.test(error.stderr)) {
    return new HostError(
      "bad-option",
      `${path} cannot be mounted with the options ${options.join(",")}: ${firstLine(error)}`,
      { cause: error },
    );
  }
  return error;
}

/** What we add ourselves, and what mount(8) turns into flags that every filesystem has. */
const isSurelyKnown = (option: string): boolean =>
  /^(nouuid|defaults|ro|rw|(no|rel|strict)atime|nodiratime|lazytime|no(dev|suid|exec)|sync|dirsync)$/.test(option);

const firstLine = (error: CommandError): string => error.stderr.trim().split("\n")[0] ?? "";
