import { readFile } from "node:fs/promises";

/** sysfs counts in sectors of 512 bytes, whatever the device's own sectors are. */
export async function deviceSizeOf(device: string): Promise<number> {
  return Number(await readFile(`/sys/dev/block/${device}/size`, "utf8")) * 512;
}
