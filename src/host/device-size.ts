import { existsSync, readFileSync } from "node:fs";

/** sysfs counts in sectors of 512 bytes, whatever the device's own sectors are. It asks no disk. */
export const deviceSizeOf = (device: string): number =>
  Number(readFileSync(`/sys/dev/block/${device}/size`, "utf8")) * 512;

/** The smallest piece that it reads; a partition has its disk's. */
export function sectorBytesOf(device: string): number {
  const place = `/sys/dev/block/${device}`;
  return Number(readFileSync(`${place}${existsSync(`${place}/queue`) ? "" : "/.."}/queue/logical_block_size`, "utf8"));
}
