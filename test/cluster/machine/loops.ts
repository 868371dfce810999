import { type Loop, Loops, majorMinorOf } from "../../../src/host/loop.ts";
import { commandRunner } from "../../../src/host/run.ts";
import { must } from "../../support/command.ts";

/**
 * The loop devices that show files of a folder, and those that show files on these (volumes in a pool's image), the
 * last ones first. By inode: paths say nothing once the mounts are gone.
 */
export async function loopsOnFilesOf(folder: string): Promise<readonly Loop[]> {
  const loops = await new Loops(commandRunner()).list();
  if (loops.length === 0) return [];
  const files = new Set(await filesBelow(folder));
  const found = loops.filter(({ file }) => files.has(file));
  for (const outer of found)
    found.push(...loops.filter((loop) => !found.includes(loop) && loop.file.startsWith(`${outer.device}/`)));
  return found.reverse();
}

/** Every regular file, as `losetup` tells it. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const text = await must("find", folder, "-type", "f", "-size", "+64k", "-printf", "%D %i\n");
  return text.split("\n").map((line) => {
    const [device = "0", inode] = line.split(" ");
    return `${majorMinorOf(BigInt(device))}/${inode}`;
  });
}
