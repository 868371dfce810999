/**
 * GetMetadataAllocated (alpha): which parts of a snapshot hold data, as a stream.
 *
 * Spec: csi.proto v1.13, "GetMetadataAllocated". Called by external-snapshot-metadata for a first, full backup, and
 * again from where it broke off.
 *
 *   INVALID_ARGUMENT  a required field is missing, or max_results is negative
 *   NOT_FOUND         the snapshot does not exist
 *   OUT_OF_RANGE      starting_offset is negative, or beyond the volume's end
 */
import type { GetMetadataAllocatedRequest } from "../../../proto/gen/csi/v1/GetMetadataAllocatedRequest.ts";
import type { GetMetadataAllocatedResponseInit } from "../../../proto/gen/csi/v1/GetMetadataAllocatedResponse.ts";
import type { BlockReport, SnapshotId } from "../../backend/backend.ts";
import { noLocks, type StreamingRpc } from "../rpc.ts";
import { parseSnapshotId } from "../rules/id.ts";
import { blockOf, checkOffset, messagesOf, type Portion, parsePortion } from "./messages.ts";

interface Wish {
  readonly id: SnapshotId;
  readonly portion: Portion;
}

export const getMetadataAllocated = (
  blocks: BlockReport,
): StreamingRpc<GetMetadataAllocatedRequest, Wish, GetMetadataAllocatedResponseInit> => ({
  name: "GetMetadataAllocated",
  parse: ({ snapshotId, startingOffset, maxResults }) => ({
    id: parseSnapshotId(snapshotId),
    portion: parsePortion(startingOffset, maxResults),
  }),
  // a snapshot never changes, and what is read of it is read from open files
  locks: noLocks,
  async handle({ id, portion }, signal) {
    const list = await blocks.allocated(id, blockOf(portion), signal);
    checkOffset(portion, list);
    return messagesOf(list, portion);
  },
});
