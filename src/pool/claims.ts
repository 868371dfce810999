import type { Claim } from "./capacity.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";

export const isThick = (parameters: Readonly<Record<string, string>>): boolean => parameters["thin"] === "false";

export const claimOfVolume = ({ sizeBytes, parameters }: VolumeRecord): Claim => ({
  bytes: sizeBytes,
  thick: isThick(parameters),
});

/** A snapshot shares its blocks until the volume changes, which may be all of them: it is promised as the volume is. */
export const claimOfSnapshot = ({ sizeBytes, parameters }: SnapshotRecord): Claim => ({
  bytes: sizeBytes,
  thick: isThick(parameters),
});
