import { createHash, randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";

const blockBytes = 4 * 2 ** 20;

/** Bytes that no disk can make smaller; their checksum. */
export async function writeRandom(path: string, bytes: number): Promise<string> {
  const file = await open(path, "w");
  const hash = createHash("sha256");
  const block = Buffer.alloc(blockBytes);
  for (let written = 0; written < bytes; written += block.length) {
    randomFillSync(block);
    hash.update(block);
    await file.write(block);
  }
  await file.sync();
  await file.close();
  return hash.digest("hex");
}

/** Writes on until the filesystem is full, which it must be before more than the volume's bytes are in it. */
export async function mustRunFull(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "w");
  const block = Buffer.alloc(blockBytes);
  try {
    for (let written = 0; written <= sizeBytes; written += block.length) await file.write(block);
    await file.sync();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
    throw error;
  } finally {
    await file.close();
    await rm(path);
  }
  throw new Error(`${sizeBytes} bytes and more fit into a volume of ${sizeBytes} bytes`);
}

export async function mustMatch(path: string, expected: string): Promise<void> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const actual = hash.digest("hex");
  if (actual !== expected) throw new Error(`the restored data has the checksum ${actual}, ${expected} was written`);
}
