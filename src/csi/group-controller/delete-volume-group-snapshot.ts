/**
 * DeleteVolumeGroupSnapshot: remove a group snapshot and all of its members. Removing what is gone succeeds.
 *
 * Spec: csi.proto v1.13, "DeleteVolumeGroupSnapshot". Called by external-snapshotter until OK.
 *
 *   INVALID_ARGUMENT  group_snapshot_id is missing, or snapshot_ids are not the group's
 */
import type { DeleteVolumeGroupSnapshotRequest } from "../../../proto/gen/csi/v1/DeleteVolumeGroupSnapshotRequest.ts";
import type { DeleteVolumeGroupSnapshotResponseInit } from "../../../proto/gen/csi/v1/DeleteVolumeGroupSnapshotResponse.ts";
import type { GroupId, Groups } from "../../backend/backend.ts";
import { exclusive, groupKey, snapshotKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseGroupId } from "../rules/id.ts";
import { checkMembers } from "./group-init.ts";

interface Wish {
  readonly id: GroupId;
  readonly snapshotIds: readonly string[];
}

export const deleteVolumeGroupSnapshot = (
  groups: Groups,
): Rpc<DeleteVolumeGroupSnapshotRequest, Wish, DeleteVolumeGroupSnapshotResponseInit> => ({
  name: "DeleteVolumeGroupSnapshot",
  parse: ({ groupSnapshotId, snapshotIds }) => ({ id: parseGroupId(groupSnapshotId), snapshotIds }),
  locks: ({ id, snapshotIds }) => [exclusive(groupKey(id)), ...snapshotIds.map((id) => exclusive(snapshotKey(id)))],
  async handle({ id, snapshotIds }, signal) {
    const group = await groups.find(id, signal);
    if (group !== undefined) checkMembers(group, snapshotIds);
    await groups.delete(id, signal);
    return {};
  },
});
