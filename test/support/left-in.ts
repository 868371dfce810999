import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readMounts } from "../../src/host/mounts.ts";
import { loopsNow } from "./loops.ts";
import { processesNow } from "./processes.ts";

/** Loop devices, mounts, files and processes that somebody left who was to keep to that folder. */
export async function leftIn(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).map((name) => `the file ${join(folder, name)}`);
  return [...(await usersOf(folder)), ...files];
}

/** What on the machine has the folder's path in it: loop devices, mounts, processes. */
export async function usersOf(folder: string): Promise<readonly string[]> {
  const mounts = (await readMounts()).map(({ path }) => `${path}/ is mounted`);
  const processes = (await processesNow()).map(({ pid, command }) => `process ${pid}: ${command}`);
  return [...(await loopsNow()), ...mounts, ...processes].filter((text) => text.includes(`${folder}/`));
}
