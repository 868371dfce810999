import { isFsType } from "../../node/volume.ts";
import type { Creation, Parameters, SnapshotId, VolumeId } from "../backend.ts";
import { mostValueLength, type Tag, tagKeys } from "./tags.ts";

/**
 * How a thing was asked for, kept in its own tags: EC2 is the only database. A repeated request is compared with this,
 * for a volume that grew or was modified still answers its own retry. JSON, in pieces where one tag does not hold it.
 */
export function recordTags(record: object): readonly Tag[] {
  const characters = [...JSON.stringify(record)];
  const pieces = Math.ceil(characters.length / mostValueLength);
  return Array.from({ length: pieces }, (_, index) => ({
    Key: index === 0 ? tagKeys.record : `${tagKeys.record}.${index + 1}`,
    Value: characters.slice(index * mostValueLength, (index + 1) * mostValueLength).join(""),
  }));
}

/** Undefined where there is none, or none that we wrote. */
export function readRecord(tags: readonly Tag[] | undefined): Readonly<Record<string, unknown>> | undefined {
  const pieces = (tags ?? [])
    .map(({ Key = "", Value = "" }) => ({ at: placeOf(Key), Value }))
    .filter(({ at }) => at > 0)
    .sort((a, b) => a.at - b.at);
  try {
    const parsed: unknown = JSON.parse(pieces.map(({ Value }) => Value).join(""));
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function placeOf(key: string): number {
  if (key === tagKeys.record) return 1;
  return key.startsWith(`${tagKeys.record}.`) ? Number(key.slice(tagKeys.record.length + 1)) : 0;
}

/** The name has a tag of its own. */
export const recordOfCreation = ({ sizeBytes, parameters, kinds, fsType, source }: Creation): object => ({
  sizeBytes,
  parameters,
  kinds,
  fsType,
  source: source && { [source.kind]: source.id },
});

export function creationOf(name: string, record: Readonly<Record<string, unknown>>): Creation | undefined {
  const { sizeBytes, parameters, kinds, fsType, source } = record as {
    readonly sizeBytes?: number;
    readonly parameters?: Parameters;
    readonly kinds?: Creation["kinds"];
    readonly fsType?: string;
    readonly source?: { readonly snapshot?: string; readonly volume?: string };
  };
  if (typeof sizeBytes !== "number" || !Array.isArray(kinds)) return undefined;
  return {
    name,
    sizeBytes,
    kinds,
    parameters: parameters ?? {},
    fsType: fsType !== undefined && isFsType(fsType) ? fsType : undefined,
    source: sourceOf(source),
  };
}

function sourceOf(source: { readonly snapshot?: string; readonly volume?: string } | undefined): Creation["source"] {
  if (source?.snapshot !== undefined) return { kind: "snapshot", id: source.snapshot as SnapshotId };
  if (source?.volume !== undefined) return { kind: "volume", id: source.volume as VolumeId };
  return undefined;
}
