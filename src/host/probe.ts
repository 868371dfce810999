import { type FileHandle, open, stat } from "node:fs/promises";
import type { Contents } from "../node/host.ts";
import { signatureOf } from "./blkid.ts";
import { deviceSizeOf } from "./device-size.ts";
import { majorMinorOf } from "./loop.ts";
import type { Run } from "./run.ts";
import { readSuperblock } from "./superblock.ts";

/**
 * What a device or image holds. Blank is only what is proven so: a file of which not one block was ever written, or
 * where blkid finds no signature of anything and both ends read as zeros. No signature alone proves nothing: a database
 * on raw blocks has none.
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
  return { kind: (await endsAreZero(path, bytes)) ? "blank" : "unsigned" };
}

/** How much is read of each end. */
const endBytes = 2 ** 20;

async function endsAreZero(path: string, bytes: number): Promise<boolean> {
  const file = await open(path, "r");
  try {
    return (await isZero(file, 0)) && (await isZero(file, Math.max(0, bytes - endBytes)));
  } finally {
    await file.close();
  }
}

async function isZero(file: FileHandle, position: number): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(endBytes), 0, endBytes, position);
  return buffer.subarray(0, bytesRead).every((byte) => byte === 0);
}
