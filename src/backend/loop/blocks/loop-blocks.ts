import { open } from "node:fs/promises";
import { differences } from "../../../host/compare.ts";
import { isErrno } from "../../../host/errno.ts";
import { type Extent, extentsOf } from "../../../host/extents.ts";
import { dataIn } from "../../../pool/layout.ts";
import type { SnapshotRecord } from "../../../pool/records.ts";
import { type BlockRange, type BlockReport, busy, noSuch } from "../../backend.ts";
import type { LocalParts } from "../../local/context.ts";
import { folderOfSnapshot, readable } from "../../local/entries.ts";
import { type Difference, extentDifference } from "./extent-difference.ts";

/** Images of snapshots are never written to, so what their extents say stays true. */
export function loopBlocks(parts: LocalParts): BlockReport {
  const { pool } = parts;
  return {
    async allocated(id, fromByte, signal) {
      const { sizeBytes } = needSnapshot(parts, id);
      const extents = await extentsOfSnapshot(parts, id, signal);
      const all = { start: fromByte, end: sizeBytes, placesTell: true };
      return { sizeBytes, ranges: joined(only(extentDifference([], extents, all))) };
    },

    async delta(base, target, fromByte, signal) {
      const { sizeBytes: baseBytes } = needSnapshot(parts, base);
      const { sizeBytes } = needSnapshot(parts, target);
      const before = await extentsOfSnapshot(parts, base, signal);
      const after = await extentsOfSnapshot(parts, target, signal);
      const seam = sizeBytes > baseBytes ? seamAt(baseBytes) : undefined;
      const all = { start: fromByte, end: sizeBytes, placesTell: pool.reflink, seam };
      return { sizeBytes, ranges: joined(read(parts, base, target, extentDifference(before, after, all), signal)) };
    },
  };
}

function needSnapshot({ pool }: LocalParts, id: string): SnapshotRecord {
  const record = readable(pool.snapshots.get(id));
  if (record === undefined) throw noSuch("snapshot", id);
  if (record.copying) throw busy(`snapshot ${id} is still being copied; try again`);
  return record;
}

/** The largest block of a filesystem that a pool may lie on. */
const largestBlockBytes = 64 * 1024;

/** btrfs writes the last block of a file anew when the file grows, where its end lay in the middle of it. */
const seamAt = (end: number): BlockRange | undefined =>
  end % largestBlockBytes === 0
    ? undefined
    : { start: end - (end % largestBlockBytes), end: end - (end % largestBlockBytes) + largestBlockBytes };

const imageOf = ({ pool }: LocalParts, id: string): string => dataIn(folderOfSnapshot(pool, id));

const extentsOfSnapshot = (parts: LocalParts, id: string, signal: AbortSignal): Promise<readonly Extent[]> =>
  extentsOf(imageOf(parts, id), parts.host.run, signal);

async function* only(ranges: Iterable<BlockRange>): AsyncGenerator<BlockRange> {
  yield* ranges;
}

/** Differences that only the bytes can tell are looked up in them, which are opened when the first one comes. */
async function* read(
  parts: LocalParts,
  base: string,
  target: string,
  found: Iterable<Difference>,
  signal: AbortSignal,
): AsyncGenerator<BlockRange> {
  await using files = new AsyncDisposableStack();
  const openOne = async (id: string) => files.use(await openSnapshot(parts, id));
  let opened: Promise<readonly [Awaited<ReturnType<typeof openOne>>, Awaited<ReturnType<typeof openOne>>]> | undefined;
  for (const difference of found) {
    if (difference.sure) {
      yield difference;
      continue;
    }
    opened ??= Promise.all([openOne(base), openOne(target)] as const);
    const [a, b] = await opened;
    for await (const range of differences(a, b, difference.start, difference.end)) {
      signal.throwIfAborted();
      yield range;
    }
  }
}

async function openSnapshot(parts: LocalParts, id: string) {
  try {
    return await open(imageOf(parts, id), "r");
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw noSuch("snapshot", id);
    throw error;
  }
}

/** Ranges that touch are one. */
async function* joined(ranges: AsyncIterable<BlockRange>): AsyncGenerator<BlockRange> {
  let last: BlockRange | undefined;
  for await (const { start, end } of ranges) {
    if (last?.end === start) last = { start: last.start, end };
    else {
      if (last !== undefined) yield last;
      last = { start, end };
    }
  }
  if (last !== undefined) yield last;
}
