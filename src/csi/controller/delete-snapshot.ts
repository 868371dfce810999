/**
 * DeleteSnapshot: remove a snapshot. Removing what is gone succeeds; volumes made from it stay.
 *
 * Spec: csi.proto v1.13, "DeleteSnapshot". Called by external-snapshotter until OK.
 *
 *   INVALID_ARGUMENT  snapshot_id is missing, or the snapshot belongs to a group snapshot
 *   ABORTED           an operation on the snapshot is under way
 */
import type { DeleteSnapshotRequest } from "../../../proto/gen/csi/v1/DeleteSnapshotRequest.ts";
import type { DeleteSnapshotResponseInit } from "../../../proto/gen/csi/v1/DeleteSnapshotResponse.ts";
import type { SnapshotId, Snapshots } from "../../backend/backend.ts";
import { exclusive, snapshotKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseSnapshotId } from "../rules/id.ts";

export const deleteSnapshot = (
  snapshots: Snapshots,
): Rpc<DeleteSnapshotRequest, SnapshotId, DeleteSnapshotResponseInit> => ({
  name: "DeleteSnapshot",
  parse: (request) => parseSnapshotId(request.snapshotId),
  locks: (id) => [exclusive(snapshotKey(id))],
  async handle(id, signal) {
    await snapshots.delete(id, signal);
    return {};
  },
});
