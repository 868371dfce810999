import { type FileHandle, open, stat } from "node:fs/promises";
import type { Contents } from "../node/host.ts";
import { signatureOf } from "./blkid.ts";
import { deviceSizeOf } from "./device-size.ts";
import { majorMinorOf } from "./loop.ts";
import type { Run } from "./run.ts";
import { readSuperblock } from "./superblock.ts";

/**
 * What a device or image holds. Blank is only what is proven so: a file of which not one block was ever written, or
 * where blkid finds no signature of anything and zeros are read wherever a little is looked at. No signature alone
 * proves nothing: a database on raw blocks has none, nor has a filesystem that lost its beginning.
 */
export async function probe(path: string, run: Run, signal: AbortSignal): Promise<Contents> {
  const found = await stat(path);
  if (found.isFile() && found.blocks === 0) return { kind: "blank" };
  const superblock = await readSuperblock(path);
  if (superblock !== undefined) return { kind: "filesystem", ...superblock };
  const signature = await signatureOf(path, run, signal);
  if (signature !== undefined) {
    // a tool that outlived its driver may have written the superblock between the two looks
    const late = await readSuperblock(path);
    return late === undefined ? { kind: "other", description: signature } : { kind: "filesystem", ...late };
  }
  const bytes = found.isFile() ? found.size : deviceSizeOf(majorMinorOf(BigInt(found.rdev)));
  return { kind: (await looksUnwritten(path, bytes)) ? "blank" : "unsigned" };
}

/** How much is read of each end, and how much elsewhere. */
const endBytes = 2 ** 20;
const pieceBytes = 4096;

/** How many pieces are read between the ends, besides those where copies of superblocks would lie. */
const samples = 64;

/** What lost its beginning has no signature any more, and may be all but lost: its copies and its data tell of it. */
async function looksUnwritten(path: string, bytes: number): Promise<boolean> {
  const file = await open(path, "r");
  try {
    if (!(await isZero(file, 0, endBytes))) return false;
    if (!(await isZero(file, Math.max(0, bytes - endBytes), endBytes))) return false;
    for (const position of placesIn(bytes)) if (!(await isZero(file, position, pieceBytes))) return false;
    return true;
  } finally {
    await file.close();
  }
}

const placesIn = (bytes: number): readonly number[] =>
  [...copiesOfExt(), ...copiesOfBtrfs, ...copiesOfXfs(bytes), ...evenlySpread(bytes)].filter((place) => place < bytes);

const evenlySpread = (bytes: number): readonly number[] =>
  Array.from({ length: samples }, (_, index) => Math.floor((bytes * index) / samples / pieceBytes) * pieceBytes);

/**
 * ext4(5), "sparse_super": copies lie at the beginning of groups 1, 3, 5, 7 and their powers. A group has eight blocks
 * for each byte of a block, which mke2fs makes of 1, 2 or 4 KiB.
 */
const copiesOfExt = (): readonly number[] =>
  [1024, 2048, 4096].flatMap((block) => [1, 3, 5, 7, 9, 25, 27, 49, 81, 125].map((group) => group * 8 * block * block));

/** btrfs(5), "superblock": its second and third. */
const copiesOfBtrfs = [64 * 2 ** 20, 256 * 2 ** 30];

/** Each allocation group begins with one; mkfs.xfs makes four, or as many of 1 TiB as there is room for. */
function copiesOfXfs(bytes: number): readonly number[] {
  const group = Math.min(Math.ceil(bytes / 4 / pieceBytes) * pieceBytes, 2 ** 40);
  return Array.from({ length: Math.ceil(bytes / group) }, (_, index) => index * group);
}

async function isZero(file: FileHandle, position: number, length: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead).every((byte) => byte === 0);
}
