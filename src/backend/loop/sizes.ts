import type { FsType } from "../../node/volume.ts";
import type { SizeRules } from "../backend.ts";

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const TiB = 2 ** 40;

/** Sizes are sectors: what was asked for is given to the byte wherever a block device can have it. */
export const sectorBytes = 512;

/**
 * What the sectors of a fresh volume's device are. Once blocks are shared (a snapshot, a clone) XFS does direct I/O in
 * its own blocks only, and a loop device with smaller sectors falls back to the page cache (measured on 6.18). A
 * filesystem with blocks as large does not mind; users of raw blocks may.
 */
export const sectorBytesFor = (isForLargeBlocks: boolean, sizeBytes: number): number =>
  isForLargeBlocks && sizeBytes % 4096 === 0 ? 4096 : sectorBytes;

/** The largest file of a pool: XFS and btrfs hold more than we count with, ext4 ends at 16 TiB. */
export const loopSizes = (poolIsExt: boolean): SizeRules => ({
  minimumBytes: sectorBytes,
  maximumBytes: poolIsExt ? 16 * TiB - 4096 : 2 ** 53 - sectorBytes,
  stepBytes: sectorBytes,
  defaultBytes: GiB,
});

/**
 * What mkfs refuses to go below (xfs says 300 MiB; ext needs room for a journal), and for btrfs what the kernel refuses
 * to grow to less than: mkfs would make 109 MiB.
 */
export const minimumBytesOf: Readonly<Record<FsType, number>> = {
  ext4: 8 * MiB,
  ext3: 8 * MiB,
  xfs: 300 * MiB,
  btrfs: 256 * MiB,
};
