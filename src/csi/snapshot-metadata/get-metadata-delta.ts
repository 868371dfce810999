/**
 * GetMetadataDelta (alpha): which parts of a volume changed from one snapshot to a later one, as a stream.
 *
 * Spec: csi.proto v1.13, "GetMetadataDelta". Called by external-snapshot-metadata for a backup on top of another, and
 * again from where it broke off.
 *
 *   INVALID_ARGUMENT  a required field is missing, max_results is negative, or the two are not an earlier and a
 *                     later snapshot of one volume
 *   NOT_FOUND         one of the snapshots does not exist
 *   OUT_OF_RANGE      starting_offset is negative, or beyond the volume's end
 */
import type { GetMetadataDeltaRequest } from "../../../proto/gen/csi/v1/GetMetadataDeltaRequest.ts";
import type { GetMetadataDeltaResponseInit } from "../../../proto/gen/csi/v1/GetMetadataDeltaResponse.ts";
import { type BlockReport, noSuch, type Snapshot, type SnapshotId, type Snapshots } from "../../backend/backend.ts";
import { invalid } from "../errors.ts";
import { noLocks, type StreamingRpc } from "../rpc.ts";
import { parseSnapshotId } from "../rules/id.ts";
import { blockOf, checkOffset, messagesOf, type Portion, parsePortion } from "./messages.ts";

interface Wish {
  readonly base: SnapshotId;
  readonly target: SnapshotId;
  readonly portion: Portion;
}

export const getMetadataDelta = (
  blocks: BlockReport,
  snapshots: Snapshots,
): StreamingRpc<GetMetadataDeltaRequest, Wish, GetMetadataDeltaResponseInit> => ({
  name: "GetMetadataDelta",
  parse: ({ baseSnapshotId, targetSnapshotId, startingOffset, maxResults }) => ({
    base: parseSnapshotId(baseSnapshotId, "base_snapshot_id"),
    target: parseSnapshotId(targetSnapshotId, "target_snapshot_id"),
    portion: parsePortion(startingOffset, maxResults),
  }),
  locks: noLocks,
  async handle({ base, target, portion }, signal) {
    checkOrder(await need(snapshots, base, signal), await need(snapshots, target, signal));
    const list = await blocks.delta(base, target, blockOf(portion), signal);
    checkOffset(portion, list);
    return messagesOf(list, portion);
  },
});

async function need(snapshots: Snapshots, id: SnapshotId, signal: AbortSignal): Promise<Snapshot> {
  const found = await snapshots.find(id, signal);
  if (found === undefined) throw noSuch("snapshot", id);
  return found;
}

/** "the identifier of a second snapshot in the same volume, created after the base snapshot" */
function checkOrder(base: Snapshot, target: Snapshot): void {
  if (base.sourceVolume !== target.sourceVolume) {
    throw invalid(
      `base_snapshot_id ${base.id} is of volume ${base.sourceVolume}, target_snapshot_id ${target.id} of volume ${target.sourceVolume}`,
    );
  }
  if (base.createdAt > target.createdAt)
    throw invalid(`target_snapshot_id ${target.id} is older than base_snapshot_id ${base.id}`);
}
