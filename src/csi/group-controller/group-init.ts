import type { VolumeGroupSnapshotInit } from "../../../proto/gen/csi/v1/VolumeGroupSnapshot.ts";
import { type Backend, BackendError, type Group } from "../../backend/backend.ts";
import { snapshotInit, timestampInit } from "../controller/snapshot-init.ts";
import { invalid } from "../errors.ts";

/** A group snapshot as the specification describes it to a CO. One that lacks a member is never shown as a smaller one. */
export function groupInit(group: Group, backend: Pick<Backend, "hasTopology">): VolumeGroupSnapshotInit {
  const [lost] = group.lost ?? [];
  if (lost !== undefined) {
    const reason = `group snapshot ${group.id} lacks its member ${lost}: it can only be deleted`;
    throw new BackendError({ kind: "unreadable", id: group.id }, reason);
  }
  return {
    groupSnapshotId: group.id,
    snapshots: group.snapshots.map((snapshot) => snapshotInit(snapshot, backend)),
    creationTime: timestampInit(group.createdAt),
    readyToUse: group.snapshots.every(({ ready }) => ready),
  };
}

/** "It SHOULD check this field and report an error if it has the ability to detect a mismatch." */
export function checkMembers(group: Group, snapshotIds: readonly string[]): void {
  const actual = [...group.snapshots.map(({ id }) => id), ...(group.lost ?? [])].sort();
  if (snapshotIds.length === 0 || [...snapshotIds].sort().join() === actual.join()) return;
  throw invalid(`snapshot_ids are not those of group snapshot ${group.id}: ${actual.join(", ")}`);
}
