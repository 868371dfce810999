import type { VolumeContentSource } from "../../../proto/gen/csi/v1/VolumeContentSource.ts";
import type { SnapshotId, VolumeId, VolumeSource } from "../../backend/backend.ts";
import { invalid } from "../errors.ts";

/** What a new volume is filled from; undefined: from nothing. */
export function parseContentSource(source: VolumeContentSource | null): VolumeSource | undefined {
  if (source === null) return undefined;
  switch (source.type) {
    case "snapshot":
      return { kind: "snapshot", id: parseId(source.snapshot?.snapshotId, "snapshot.snapshot_id") as SnapshotId };
    case "volume":
      return { kind: "volume", id: parseId(source.volume?.volumeId, "volume.volume_id") as VolumeId };
    default:
      throw invalid("volume_content_source.type is required");
  }
}

function parseId(id: string | undefined, field: string): string {
  if (id === undefined || id === "") throw invalid(`volume_content_source.${field} is required`);
  return id;
}

export const contentSourceInit = (source: VolumeSource | undefined) => {
  if (source === undefined) return null;
  return source.kind === "snapshot" ? { snapshot: { snapshotId: source.id } } : { volume: { volumeId: source.id } };
};

export const sameSource = (a: VolumeSource | undefined, b: VolumeSource | undefined): boolean =>
  a?.kind === b?.kind && a?.id === b?.id;
