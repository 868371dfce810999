import type { FileHandle } from "node:fs/promises";

/** Bytes of two files that are read at a time, and the blocks in which differences are told. */
const chunkBytes = 2 ** 20;
const blockBytes = 4096;

/** The blocks between `start` and `end` in which two files differ; beyond its end a file holds zeros. */
export async function* differences(a: FileHandle, b: FileHandle, start: number, end: number) {
  const [left, right] = [Buffer.alloc(chunkBytes), Buffer.alloc(chunkBytes)];
  for (let at = start; at < end; at += chunkBytes) {
    const length = Math.min(chunkBytes, end - at);
    await Promise.all([readZeroed(a, left, at, length), readZeroed(b, right, at, length)]);
    if (left.compare(right, 0, length, 0, length) === 0) continue;
    for (let block = 0; block < length; block += blockBytes) {
      const stop = Math.min(block + blockBytes, length);
      if (left.compare(right, block, stop, block, stop) !== 0) yield { start: at + block, end: at + stop };
    }
  }
}

async function readZeroed(file: FileHandle, into: Buffer, position: number, length: number): Promise<void> {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(into, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  into.fill(0, done, length);
}
