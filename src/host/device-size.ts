import { readFileSync } from "node:fs";

/** sysfs counts in sectors of 512 bytes, whatever the device's own sectors are. It asks no disk. */
export const deviceSizeOf = (device: string): number =>
  Number(readFileSync(`/sys/dev/block/${device}/size`, "utf8")) * 512;
