import type { VolumeGroupSnapshotInit } from "../../../proto/gen/csi/v1/VolumeGroupSnapshot.ts";
import type { Backend, Group } from "../../backend/backend.ts";
import { snapshotInit, timestampInit } from "../controller/snapshot-init.ts";
import { invalid } from "../errors.ts";

/** A group snapshot as the specification describes it to a CO. */
export const groupInit = (group: Group, backend: Pick<Backend, "hasTopology">): VolumeGroupSnapshotInit => ({
  groupSnapshotId: group.id,
  snapshots: group.snapshots.map((snapshot) => snapshotInit(snapshot, backend)),
  creationTime: timestampInit(group.createdAt),
  readyToUse: group.snapshots.every(({ ready }) => ready),
});

/** "It SHOULD check this field and report an error if it has the ability to detect a mismatch." */
export function checkMembers(group: Group, snapshotIds: readonly string[]): void {
  const actual = group.snapshots.map(({ id }) => id as string).sort();
  if (snapshotIds.length === 0 || [...snapshotIds].sort().join() === actual.join()) return;
  throw invalid(`snapshot_ids are not those of group snapshot ${group.id}: ${actual.join(", ")}`);
}
