/**
 * The kernel's FUSE protocol, as much of it as one file on a disk needs: linux/fuse.h, version 7.31. Requests are read
 * from /dev/fuse one at a time and answered there; there is no library between.
 */
import { readSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isErrno } from "../../../src/host/errno.ts";

export const operations = {
  lookup: 1,
  forget: 2,
  getattr: 3,
  setattr: 4,
  open: 14,
  read: 15,
  write: 16,
  statfs: 17,
  release: 18,
  fsync: 20,
  flush: 25,
  init: 26,
  interrupt: 36,
  destroy: 38,
  batchForget: 42,
  fallocate: 43,
} as const;

/** The kernel waits for no answer to these. */
const unanswered: readonly number[] = [operations.forget, operations.interrupt, operations.batchForget];

export const errors = { ENOENT: 2, EIO: 5, ENOSYS: 38, EOPNOTSUPP: 95 } as const;

/** A write comes in one piece up to this size. */
const mostBytes = 128 * 1024;
const [inHeader, outHeader] = [40, 16];

export interface Request {
  readonly operation: number;
  readonly unique: bigint;
  readonly node: bigint;
  readonly body: Buffer;
}

/** What is answered: bytes, or the number of an error. */
export type Answer = Buffer | number;

/** Serves until the filesystem is unmounted. Each request is answered before the next one is read. */
export async function serve(device: number, answer: (request: Request) => Answer): Promise<void> {
  const buffer = Buffer.alloc(mostBytes + 4096);
  for (;;) {
    const request = await receive(device, buffer);
    if (request === undefined) return;
    const answered = request.operation === operations.init ? init() : answer(request);
    if (!unanswered.includes(request.operation)) reply(device, request.unique, answered);
  }
}

async function receive(device: number, buffer: Buffer): Promise<Request | undefined> {
  for (;;) {
    try {
      const length = readSync(device, buffer);
      return {
        operation: buffer.readUInt32LE(4),
        unique: buffer.readBigUInt64LE(8),
        node: buffer.readBigUInt64LE(16),
        body: buffer.subarray(inHeader, length),
      };
    } catch (error) {
      if (isErrno(error, "ENODEV")) return undefined;
      // not mounted yet; or a request was taken back before it was read
      if (isErrno(error, "EPERM")) await delay(5);
      else if (!isErrno(error, "ENOENT", "EINTR", "EAGAIN")) throw error;
    }
  }
}

function reply(device: number, unique: bigint, answer: Answer): void {
  const body = typeof answer === "number" ? Buffer.alloc(0) : answer;
  const header = Buffer.alloc(outHeader);
  header.writeUInt32LE(outHeader + body.length, 0);
  header.writeInt32LE(typeof answer === "number" ? -answer : 0, 4);
  header.writeBigUInt64LE(unique, 8);
  try {
    writeSync(device, Buffer.concat([header, body]));
  } catch (error) {
    // nobody waits for it any more
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

/** No flag is asked for: no write-back cache, so that what is written arrives here before the kernel calls it written. */
function init(): Buffer {
  const body = Buffer.alloc(64);
  body.writeUInt32LE(7, 0);
  body.writeUInt32LE(31, 4);
  body.writeUInt32LE(mostBytes, 8); // max_readahead
  body.writeUInt16LE(16, 16); // max_background
  body.writeUInt16LE(12, 18); // congestion_threshold
  body.writeUInt32LE(mostBytes, 20); // max_write
  body.writeUInt32LE(1, 24); // time_gran
  return body;
}

export interface Attributes {
  readonly node: bigint;
  readonly mode: number;
  readonly size: number;
  /** How many bytes it takes. */
  readonly allocated: number;
}

function attributes({ node, mode, size, allocated }: Attributes): Buffer {
  const body = Buffer.alloc(88);
  body.writeBigUInt64LE(node, 0);
  body.writeBigUInt64LE(BigInt(size), 8);
  body.writeBigUInt64LE(BigInt(allocated / 512), 16);
  body.writeUInt32LE(mode, 60);
  body.writeUInt32LE(1, 64); // links
  body.writeUInt32LE(4096, 80); // block size
  return body;
}

/** The kernel may keep nothing of it: each answer is valid for no time at all. */
export const attributesReply = (of: Attributes): Buffer => Buffer.concat([Buffer.alloc(16), attributes(of)]);

export function entryReply(of: Attributes): Buffer {
  const body = Buffer.alloc(40);
  body.writeBigUInt64LE(of.node, 0);
  return Buffer.concat([body, attributes(of)]);
}

/** FOPEN_DIRECT_IO: nothing of the file is kept in the page cache. */
export function openReply(): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(1, 8);
  return body;
}

export function writtenReply(bytes: number): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt32LE(bytes, 0);
  return body;
}

export function statfsReply({ freeBytes, totalBytes }: { freeBytes: number; totalBytes: number }): Buffer {
  const body = Buffer.alloc(80);
  const blocks = (bytes: number) => BigInt(Math.floor(bytes / 4096));
  body.writeBigUInt64LE(blocks(totalBytes), 0);
  body.writeBigUInt64LE(blocks(freeBytes), 8);
  body.writeBigUInt64LE(blocks(freeBytes), 16);
  body.writeUInt32LE(4096, 40); // block size
  body.writeUInt32LE(255, 44); // longest name
  body.writeUInt32LE(4096, 48); // fragment size
  return body;
}

export const offsetIn = (body: Buffer): number => Number(body.readBigUInt64LE(8));
export const readSizeIn = (body: Buffer): number => body.readUInt32LE(16);
export const writtenIn = (body: Buffer): Buffer => body.subarray(40, 40 + body.readUInt32LE(16));
export const lengthIn = (body: Buffer): number => Number(body.readBigUInt64LE(16));
export const modeIn = (body: Buffer): number => body.readUInt32LE(24);
export const nameIn = (body: Buffer): string => body.toString("utf8", 0, body.indexOf(0));
