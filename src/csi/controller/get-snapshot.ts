/**
 * GetSnapshot (alpha): one snapshot, as it is now.
 *
 * Spec: csi.proto v1.13, "GetSnapshot".
 *
 *   INVALID_ARGUMENT  snapshot_id is missing
 *   NOT_FOUND         the snapshot does not exist
 */
import type { GetSnapshotRequest } from "../../../proto/gen/csi/v1/GetSnapshotRequest.ts";
import type { GetSnapshotResponseInit } from "../../../proto/gen/csi/v1/GetSnapshotResponse.ts";
import { type Backend, noSuch, type SnapshotId, type Snapshots } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parseSnapshotId } from "../rules/id.ts";
import { snapshotInit } from "./snapshot-init.ts";

export const getSnapshot = (
  backend: Backend,
  snapshots: Snapshots,
): Rpc<GetSnapshotRequest, SnapshotId, GetSnapshotResponseInit> => ({
  name: "GetSnapshot",
  parse: (request) => parseSnapshotId(request.snapshotId),
  locks: noLocks,
  async handle(id, signal) {
    const snapshot = await snapshots.find(id, signal);
    if (snapshot === undefined) throw noSuch("snapshot", id);
    return { snapshot: snapshotInit(snapshot, backend) };
  },
});
