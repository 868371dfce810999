import type { GroupId, NodeId, SnapshotId, VolumeId } from "../../backend/backend.ts";
import { invalid } from "../errors.ts";

/** Ids are opaque here: what a backend does not know, it does not find. */
function parseId(id: string, field: string): string {
  if (id === "") throw invalid(`${field} is required`);
  return id;
}

export const parseVolumeId = (id: string, field = "volume_id"): VolumeId => parseId(id, field) as VolumeId;
export const parseSnapshotId = (id: string, field = "snapshot_id"): SnapshotId => parseId(id, field) as SnapshotId;
export const parseGroupId = (id: string): GroupId => parseId(id, "group_snapshot_id") as GroupId;
export const parseNodeId = (id: string): NodeId => parseId(id, "node_id") as NodeId;
