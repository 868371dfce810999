import { readdir, readFile } from "node:fs/promises";

/** What every loop device of the machine shows now, from sysfs: for comparing before and after. */
export async function loopsNow(): Promise<readonly string[]> {
  const names = (await readdir("/sys/block")).filter((name) => /^loop\d+$/.test(name));
  const shown = await Promise.all(
    names.map(async (name) => {
      const file = await readFile(`/sys/block/${name}/loop/backing_file`, "utf8").catch(() => undefined);
      return file === undefined ? [] : [`/dev/${name} shows ${file.trim()}`];
    }),
  );
  return shown.flat();
}
