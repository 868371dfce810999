import { type FileHandle, open } from "node:fs/promises";
import type { FsType } from "../node/volume.ts";

/** A filesystem that its superblock tells of. */
export interface Superblock {
  readonly fsType: FsType;
  readonly sizeBytes: number;
}

/** Reads the superblock of one of our four filesystems; undefined where there is none of them. */
export async function readSuperblock(path: string): Promise<Superblock | undefined> {
  const file = await open(path, "r");
  try {
    return (
      parseXfs(await bytesAt(file, 0, 512)) ??
      parseExt(await bytesAt(file, 1024, 1024)) ??
      parseBtrfs(await bytesAt(file, 65536, 4096))
    );
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** fs/xfs/libxfs/xfs_format.h, struct xfs_dsb: magic "XFSB", block size at 4, data blocks at 8; big endian. */
export function parseXfs(bytes: Buffer): Superblock | undefined {
  if (bytes.length < 16 || bytes.toString("latin1", 0, 4) !== "XFSB") return undefined;
  return { fsType: "xfs", sizeBytes: bytes.readUInt32BE(4) * Number(bytes.readBigUInt64BE(8)) };
}

/** fs/ext4/ext4.h, struct ext4_super_block, from byte 1024 on; little endian. ext4 is ext3 with extents. */
export function parseExt(bytes: Buffer): Superblock | undefined {
  if (bytes.length < 0x154 || bytes.readUInt16LE(0x38) !== 0xef53) return undefined;
  const blockBytes = 1024 << bytes.readUInt32LE(0x18);
  const incompatible = bytes.readUInt32LE(0x60);
  const high = (incompatible & 0x80) === 0 ? 0 : bytes.readUInt32LE(0x150);
  const blocks = bytes.readUInt32LE(0x04) + high * 2 ** 32;
  const hasExtents = (incompatible & 0x40) !== 0;
  return { fsType: hasExtents ? "ext4" : "ext3", sizeBytes: blocks * blockBytes };
}

/** fs/btrfs: struct btrfs_super_block at 64 KiB: magic at 0x40, total_bytes at 0x70; little endian. */
export function parseBtrfs(bytes: Buffer): Superblock | undefined {
  if (bytes.length < 0x78 || bytes.toString("latin1", 0x40, 0x48) !== "_BHRfS_M") return undefined;
  return { fsType: "btrfs", sizeBytes: Number(bytes.readBigUInt64LE(0x70)) };
}
