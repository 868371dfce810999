/**
 * GetVolumeGroupSnapshot: one group snapshot, as it is now.
 *
 * Spec: csi.proto v1.13, "GetVolumeGroupSnapshot". Called by external-snapshotter for the status of a group.
 *
 *   INVALID_ARGUMENT  group_snapshot_id is missing, or snapshot_ids are not the group's
 *   NOT_FOUND         the group snapshot does not exist
 *   UNAVAILABLE       a member of it is lost: it can only be deleted
 */
import type { GetVolumeGroupSnapshotRequest } from "../../../proto/gen/csi/v1/GetVolumeGroupSnapshotRequest.ts";
import type { GetVolumeGroupSnapshotResponseInit } from "../../../proto/gen/csi/v1/GetVolumeGroupSnapshotResponse.ts";
import { type Backend, type GroupId, type Groups, noSuch } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parseGroupId } from "../rules/id.ts";
import { checkMembers, groupInit } from "./group-init.ts";

interface Wish {
  readonly id: GroupId;
  readonly snapshotIds: readonly string[];
}

export const getVolumeGroupSnapshot = (
  backend: Backend,
  groups: Groups,
): Rpc<GetVolumeGroupSnapshotRequest, Wish, GetVolumeGroupSnapshotResponseInit> => ({
  name: "GetVolumeGroupSnapshot",
  parse: ({ groupSnapshotId, snapshotIds }) => ({ id: parseGroupId(groupSnapshotId), snapshotIds }),
  locks: noLocks,
  async handle({ id, snapshotIds }, signal) {
    const group = await groups.find(id, signal);
    if (group === undefined) throw noSuch("group", id);
    checkMembers(group, snapshotIds);
    return { groupSnapshot: groupInit(group, backend) };
  },
});
