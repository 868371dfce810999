import { rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { killProcessesWith, makeFolder, type Place } from "./place.ts";
import { nameOf } from "./raise.ts";

/** Where the chart's pool lies on the first node, seen from the machine. */
const poolOf = ({ folder }: Place): string => join(folder, nameOf(0), "root", "var/lib/kura");

/** Ends a cluster, and puts the first node's pool where the next cluster's first node will find it. */
export async function movePool(from: Place, to: Place): Promise<void> {
  await killProcessesWith(`${from.folder}/`);
  await makeFolder(dirname(poolOf(to)));
  await rename(poolOf(from), poolOf(to));
}
