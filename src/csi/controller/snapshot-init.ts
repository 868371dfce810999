import type { SnapshotInit } from "../../../proto/gen/csi/v1/Snapshot.ts";
import type { Backend, Snapshot, Topology } from "../../backend/backend.ts";

/** A snapshot as the specification describes it to a CO. */
export const snapshotInit = (snapshot: Snapshot, { hasTopology }: Pick<Backend, "hasTopology">): SnapshotInit => ({
  snapshotId: snapshot.id,
  sourceVolumeId: snapshot.sourceVolume,
  sizeBytes: snapshot.sizeBytes,
  creationTime: timestampInit(snapshot.createdAt),
  readyToUse: snapshot.ready,
  groupSnapshotId: snapshot.group ?? "",
  accessibleTopology: placesInit(snapshot.topology, hasTopology),
});

/** A snapshot that is usable from anywhere names no place. */
const placesInit = (topology: Topology, hasTopology: boolean) =>
  hasTopology && Object.keys(topology).length > 0 ? [{ segments: { ...topology } }] : [];

/** google.protobuf.Timestamp */
export const timestampInit = (date: Date) => ({
  seconds: Math.floor(date.getTime() / 1000),
  nanos: (date.getTime() % 1000) * 1_000_000,
});
