import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readMounts } from "../../src/host/mounts.ts";
import { loopsNow } from "./loops.ts";
import { processesNow } from "./processes.ts";

/** Loop devices, mounts, files and processes that somebody left who was to keep to that folder. */
export const leftIn = (folder: string): Promise<readonly string[]> =>
  stillThere(async () => {
    const files = (await readdir(folder)).map((name) => `the file ${join(folder, name)}`);
    return [...(await usersOf(folder)), ...files];
  });

/** What is only on its way out is not left: the kernel takes its time with a process that was killed. */
export async function stillThere(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  let found = await look();
  for (let patience = 50; found.length > 0 && patience > 0; patience -= 1) {
    await delay(200);
    found = await look();
  }
  return found;
}

/** What on the machine has the folder's path in it: loop devices, mounts, processes. */
export async function usersOf(folder: string): Promise<readonly string[]> {
  const mounts = (await readMounts()).map(({ path }) => `${path}/ is mounted`);
  const processes = (await processesNow()).map(({ pid, command }) => `process ${pid}: ${command}`);
  return [...(await loopsNow()), ...mounts, ...processes].filter((text) => text.includes(`${folder}/`));
}
