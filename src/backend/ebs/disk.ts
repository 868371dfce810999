import { readdirSync, readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename } from "node:path";
import { ifThere, isErrno } from "../../host/errno.ts";

/**
 * Which volume each disk of this machine is, as the disk itself tells: an NVMe disk by its serial number, a loop device
 * by the file behind it. Names tell nothing: /dev/xvdba may be a link, links outlive what they pointed at, and the wrong
 * disk under the right name has been mounted before (upstream issue 1224).
 */
export function disksOf(volume: string, root = "/sys/block"): readonly string[] {
  return readdirSync(root)
    .filter((name) => volumeOnDisk(name, root) === volume)
    .map((name) => `/dev/${name}`);
}

/** Undefined: the disk does not tell. */
export function volumeOnDisk(name: string, root = "/sys/block"): string | undefined {
  const [, hex] = /^vol-?([0-9a-f]+)$/.exec(readText(`${root}/${name}/device/serial`)) ?? [];
  if (hex !== undefined) return `vol-${hex}`;
  return /\/(vol-[0-9a-f]+)\/[^/]+$/.exec(readText(`${root}/${name}/loop/backing_file`))?.[1];
}

/** What a file of sysfs says; nothing where it is not there. */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    // ENXIO and ENODEV: the disk went while we looked
    if (isErrno(error, "ENOENT", "ENOTDIR", "ENXIO", "ENODEV")) return "";
    throw error;
  }
}

/**
 * The disk that a name of EC2's leads to, where it can be the volume: the one that says so, or, on the instances before
 * Nitro, one that says nothing and has the very name under which EC2 attached it.
 */
export async function diskNamed(path: string, volume: string): Promise<string | undefined> {
  const disk = await ifThere(realpath(path));
  if (disk === undefined || !/^\/dev\/[A-Za-z0-9]+$/.test(disk)) return undefined;
  const says = volumeOnDisk(basename(disk));
  const isXen = says === undefined && disk === path && /^\/dev\/xvd[a-z]+$/.test(disk);
  return says === volume || isXen ? disk : undefined;
}
