import { join } from "node:path";
import type { Pool } from "../../pool/pool.ts";
import type { GroupRecord, SnapshotRecord, VolumeRecord } from "../../pool/records.ts";
import type { Entry } from "../../pool/store.ts";
import {
  BackendError,
  type Group,
  type GroupId,
  type ListedVolume,
  noSuch,
  type Parameters,
  type Snapshot,
  type SnapshotId,
  type Topology,
  type Volume,
  type VolumeId,
  type VolumeSource,
} from "../backend.ts";
import type { LocalContext } from "./context.ts";

/** The record, or undefined where there is none; one that cannot be read is said to be so, never taken for absent. */
export function readable<R>(entry: Entry<R> | undefined): R | undefined {
  if (entry === undefined) return undefined;
  if (entry.state === "readable") return entry.record;
  throw new BackendError(
    { kind: "unreadable", id: entry.id },
    `the record of ${entry.id} cannot be read: ${entry.reason}`,
  );
}

export function needVolume(pool: Pool, id: string): VolumeRecord {
  const record = readable(pool.volumes.get(id));
  if (record === undefined) throw noSuch("volume", id);
  return record;
}

export const folderOfVolume = (pool: Pool, id: string): string => join(pool.layout.volumes, id);
export const folderOfSnapshot = (pool: Pool, id: string): string => join(pool.layout.snapshots, id);

export const volumeOf = (record: VolumeRecord, { topology, medium }: LocalContext): Volume => ({
  id: record.id as VolumeId,
  sizeBytes: record.sizeBytes,
  source: record.creation.source as VolumeSource | undefined,
  creation: { ...record.creation, source: record.creation.source as VolumeSource | undefined },
  context: contextOf(medium.type, record.creation.parameters),
  topology,
  attachedTo: record.attachments.map(({ node }) => node as Volume["attachedTo"][number]),
});

/** A volume whose record cannot be read is there all the same: its id and its name are taken. */
export const listedVolumeOf = (entry: Entry<VolumeRecord>, context: LocalContext): ListedVolume =>
  entry.state === "readable"
    ? volumeOf(entry.record, context)
    : {
        id: entry.id as VolumeId,
        sizeBytes: 0,
        source: undefined,
        context: {},
        topology: context.topology,
        attachedTo: [],
      };

/** Never changes in a volume's life, so it tells how the volume began. */
function contextOf(type: string, parameters: Parameters): Parameters {
  const { iops, throughput } = parameters;
  return { type, ...(iops === undefined ? {} : { iops }), ...(throughput === undefined ? {} : { throughput }) };
}

export const snapshotOf = (record: SnapshotRecord, topology: Topology): Snapshot => ({
  id: record.id as SnapshotId,
  name: record.name,
  sourceVolume: record.source as VolumeId,
  sizeBytes: record.sizeBytes,
  createdAt: new Date(record.createdAt),
  ready: record.copying !== true,
  group: record.group as GroupId | undefined,
  topology,
});

export const groupOf = (record: GroupRecord, snapshots: readonly Snapshot[], lost: readonly string[]): Group => ({
  id: record.id as GroupId,
  name: record.name,
  parameters: record.parameters,
  sources: record.members.map(({ source }) => source as VolumeId),
  createdAt: new Date(record.createdAt),
  snapshots,
  ...(lost.length > 0 && { lost: lost as readonly SnapshotId[] }),
});
