import type { SnapshotInit } from "../../../proto/gen/csi/v1/Snapshot.ts";
import type { Backend, Snapshot } from "../../backend/backend.ts";

/** A snapshot as the specification describes it to a CO. */
export const snapshotInit = (snapshot: Snapshot, { hasTopology }: Pick<Backend, "hasTopology">): SnapshotInit => ({
  snapshotId: snapshot.id,
  sourceVolumeId: snapshot.sourceVolume,
  sizeBytes: snapshot.sizeBytes,
  creationTime: timestampInit(snapshot.createdAt),
  readyToUse: snapshot.ready,
  groupSnapshotId: snapshot.group ?? "",
  accessibleTopology: hasTopology ? [{ segments: { ...snapshot.topology } }] : [],
});

/** google.protobuf.Timestamp */
export const timestampInit = (date: Date) => ({
  seconds: Math.floor(date.getTime() / 1000),
  nanos: (date.getTime() % 1000) * 1_000_000,
});
