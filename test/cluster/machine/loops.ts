import { must } from "../../support/command.ts";

interface Loop {
  readonly name: string;
  readonly number: string;
  readonly file: string;
}

/**
 * The loop devices that show files of a folder, and those that show files on these (volumes in a pool's image), the
 * last ones first. By inode: paths say nothing once the mounts are gone.
 */
export async function loopsOnFilesOf(folder: string): Promise<readonly string[]> {
  const loops = await readLoops();
  if (loops.length === 0) return [];
  const files = new Set(await inodesBelow(folder));
  const found = loops.filter(({ file }) => files.has(file));
  for (const outer of found)
    found.push(...loops.filter((loop) => !found.includes(loop) && loop.file.startsWith(`${outer.number}:`)));
  return found.map(({ name }) => name).reverse();
}

async function readLoops(): Promise<readonly Loop[]> {
  const columns = ["NAME", "MAJ:MIN", "BACK-MAJ:MIN", "BACK-INO"];
  const text = await must("losetup", "--list", "--noheadings", "--raw", "--output", columns.join(","));
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(({ length }) => length === columns.length)
    .map(([name = "", number = "", device, inode]) => ({ name, number, file: `${device}:${inode}` }));
}

/** Device and inode of every regular file, as `losetup` shows them. */
async function inodesBelow(folder: string): Promise<readonly string[]> {
  const text = await must("find", folder, "-type", "f", "-size", "+64k", "-printf", "%D %i\n");
  return text.split("\n").map((line) => {
    const [device = "0", inode] = line.split(" ");
    return `${majorOf(BigInt(device))}:${minorOf(BigInt(device))}:${inode}`;
  });
}

/** makedev(3): how Linux packs the two numbers. */
const majorOf = (device: bigint): bigint => ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
const minorOf = (device: bigint): bigint => (device & 0xffn) | ((device >> 12n) & ~0xffn);
