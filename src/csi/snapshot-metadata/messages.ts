import type { BlockMetadataInit } from "../../../proto/gen/csi/v1/BlockMetadata.ts";
import type { BlockList, BlockRange } from "../../backend/backend.ts";
import { invalid, outOfRange } from "../errors.ts";
import { parseInt64 } from "../rules/int64.ts";

/** How much of a list is asked for. */
export interface Portion {
  readonly fromByte: number;
  /** The most ranges in one message. */
  readonly limit: number;
}

/** So many ranges make messages of about 50 KB: large enough to be quick, far below what gRPC takes. */
const mostResults = 4096;

/** Ranges begin at whole blocks, also where a caller goes on in the middle of one. */
const blockBytes = 4096;

export function parsePortion(startingOffset: string | number, maxResults: number): Portion {
  if (maxResults < 0) throw invalid(`max_results ${maxResults} is negative`);
  if (BigInt(startingOffset) < 0n) throw outOfRange(`starting_offset ${startingOffset} is negative`);
  const offset = parseInt64(startingOffset, "starting_offset");
  return { fromByte: offset, limit: Math.min(maxResults || mostResults, mostResults) };
}

export const blockOf = ({ fromByte }: Portion): number => Math.floor(fromByte / blockBytes) * blockBytes;

export function checkOffset({ fromByte }: Portion, { sizeBytes }: BlockList): void {
  if (fromByte > sizeBytes) throw outOfRange(`starting_offset ${fromByte} is beyond the volume's ${sizeBytes} bytes`);
}

/** One message after another, each as full as it may be; the first also where there is nothing to tell. */
export async function* messagesOf({ sizeBytes, ranges }: BlockList, { fromByte, limit }: Portion) {
  let batch: BlockMetadataInit[] = [];
  let count = 0;
  for await (const range of ranges) {
    if (range.end <= fromByte) continue;
    batch.push(tupleOf(range));
    if (batch.length < limit) continue;
    yield messageOf(sizeBytes, batch);
    count += 1;
    batch = [];
  }
  if (batch.length > 0 || count === 0) yield messageOf(sizeBytes, batch);
}

const tupleOf = ({ start, end }: BlockRange): BlockMetadataInit => ({ byteOffset: start, sizeBytes: end - start });

const messageOf = (sizeBytes: number, blockMetadata: BlockMetadataInit[]) => ({
  blockMetadataType: "VARIABLE_LENGTH" as const,
  volumeCapacityBytes: sizeBytes,
  blockMetadata,
});
