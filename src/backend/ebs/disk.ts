import { readdirSync, readFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ifThere, isErrno } from "../../host/errno.ts";
import { attachLimitOf } from "../../instance-types.ts";

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

/** Where disks are looked for, and whether one that tells nothing is taken by its name. */
export interface Disks {
  readonly byName: boolean;
  readonly dev?: string;
  readonly sys?: string;
}

/**
 * The disk that a name of EC2's leads to, where it can be the volume: the one that says so, or, on the instances before
 * Nitro, one that says nothing and has the very name under which EC2 attached it.
 */
export async function diskNamed(
  path: string,
  volume: string,
  { byName, dev = "/dev", sys = "/sys/block" }: Disks,
): Promise<string | undefined> {
  const disk = await ifThere(realpath(path));
  if (disk === undefined || dirname(disk) !== dev || !/^[A-Za-z0-9]+$/.test(basename(disk))) return undefined;
  const says = volumeOnDisk(basename(disk), sys);
  const isByName = byName && says === undefined && disk === path && /^xvd[a-z]+$/.test(basename(disk));
  return says === volume || isByName ? disk : undefined;
}

/**
 * Whether this machine is an instance of EC2 before Nitro, whose disks tell nothing and have the names that EC2 says. Any
 * other virtual machine may have disks of its own under such names. The hypervisor tells that it is EC2's ("Detect whether
 * a host is an EC2 instance").
 */
export const namesItsDisks = (instanceType: string, uuidFile = "/sys/hypervisor/uuid"): boolean =>
  !attachLimitOf(instanceType).isNitro && /^ec2/i.test(readText(uuidFile));
