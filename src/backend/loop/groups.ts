import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { copiesOf, removeTree } from "../../host/files.ts";
import type { Step } from "../../node/step.ts";
import { claimOfSnapshot } from "../../pool/claims.ts";
import { prefixOf } from "../../pool/id.ts";
import { dataIn, unfinishedName } from "../../pool/layout.ts";
import { planGroupEnd } from "../../pool/plan-group-end.ts";
import type { Pool } from "../../pool/pool.ts";
import { readRecord, seal } from "../../pool/record.ts";
import { type GroupRecord, parseSnapshotRecord, type SnapshotRecord, type VolumeRecord } from "../../pool/records.ts";
import type { Group, GroupSpec, Groups } from "../backend.ts";
import type { LocalParts } from "../local/context.ts";
import { groupOf, needVolume, readable, snapshotOf } from "../local/entries.ts";
import { snapshotRecordOf } from "../local/snapshots.ts";
import { cut, requireReflink } from "./cut.ts";

export function loopGroups(context: LocalParts): Groups {
  const { pool } = context;
  const present = (record: GroupRecord | undefined) =>
    record === undefined || record.deleting ? undefined : presentGroup(context, record);
  return {
    keysOf: (name) => [prefixOf(pool.id, name)],
    find: async (id) => present(readable(pool.groups.get(id))),
    findByName: async (name) => {
      const record = readable(pool.groups.withPrefix(prefixOf(pool.id, name)));
      if (record !== undefined && !record.deleting) await finishLate(context, record);
      return present(record);
    },
    create: (spec, signal) => create(context, spec, signal),
    delete: (id, signal) => deleteGroup(context, id, signal),
  };
}

function presentGroup({ pool, topology }: LocalParts, record: GroupRecord): Group {
  const members = record.members.flatMap(({ snapshot }) => readable(pool.snapshots.get(snapshot)) ?? []);
  return groupOf(
    record,
    members.map((member) => snapshotOf(member, topology)),
    missingOf(pool, record),
  );
}

/** Members do not go alone: one that is not there waits for its name still, or is lost. */
const missingOf = ({ snapshots }: Pool, { members }: GroupRecord): readonly string[] =>
  members.flatMap(({ snapshot }) => (snapshots.get(snapshot) === undefined ? snapshot : []));

interface Member {
  readonly volume: VolumeRecord;
  readonly snapshot: SnapshotRecord;
  /** Where it waits until the group exists. */
  readonly folder: string;
}

/** All members are made out of sight; the writing of the group's record is what makes all of them exist. */
async function create(context: LocalParts, spec: GroupSpec, signal: AbortSignal): Promise<Group> {
  const { pool, host } = context;
  requireReflink(context);
  const volumes = spec.sources.map((id) => needVolume(pool, id));
  const halfDeleted = readable(pool.groups.withPrefix(prefixOf(pool.id, spec.name)));
  if (halfDeleted !== undefined) await deleteGroup(context, halfDeleted.id, signal);
  const id = pool.newId(spec.name);
  const members = volumes.map((volume) => memberOf(context, spec.name, id, volume));
  const record = groupRecordOf(context, id, spec, members);
  try {
    for (const { snapshot } of members) pool.capacity.take(snapshot.id, claimOfSnapshot(snapshot));
    await host.perform({ steps: members.map(({ folder }): Step => ({ do: "make-directory", path: folder })) }, signal);
    await cut(
      context,
      members.map(({ volume, folder }) => ({ record: volume, to: dataIn(folder) })),
      signal,
    );
    await host.perform({ steps: commitSteps(pool.groups.recordOf(id), record, members) }, signal);
  } catch (error) {
    for (const copy of copiesOf(pool.groups.recordOf(id))) await removeTree(copy);
    for (const { folder, snapshot } of members) {
      await removeTree(folder);
      pool.capacity.release(snapshot.id);
    }
    throw error;
  }
  try {
    await finish(context, record, new Set(record.members.map(({ unfinished }) => unfinished)));
    for (const { snapshot } of members) pool.snapshots.put(snapshot);
  } finally {
    // it is there, even where it could not be finished: the next call for it does that
    pool.groups.put(record);
  }
  return presentGroup(context, record);
}

function memberOf(context: LocalParts, groupName: string, group: string, volume: VolumeRecord): Member {
  const { pool } = context;
  const name = `${groupName}/${volume.id}`;
  const snapshot = snapshotRecordOf(context, volume, { id: pool.newId(name), name, group });
  return { volume, snapshot, folder: join(pool.layout.snapshots, unfinishedName(snapshot.id)) };
}

const groupRecordOf = ({ now }: LocalParts, id: string, spec: GroupSpec, members: readonly Member[]): GroupRecord => ({
  id,
  name: spec.name,
  createdAt: now().toISOString(),
  parameters: spec.parameters,
  members: members.map(({ snapshot, volume }) => ({
    snapshot: snapshot.id,
    source: volume.id,
    unfinished: unfinishedName(snapshot.id),
  })),
  deleting: false,
});

const commitSteps = (path: string, record: GroupRecord, members: readonly Member[]): readonly Step[] => [
  ...members.map(
    ({ snapshot, folder }): Step => ({
      do: "write-record",
      path: join(folder, "snapshot.json"),
      record: seal(snapshot),
      unread: true,
    }),
  ),
  { do: "write-record", path, record: seal(record) },
];

/** The group exists: from here on nothing may be taken back, so nobody's cancelling counts. */
async function finish({ pool, host }: LocalParts, record: GroupRecord, present: ReadonlySet<string>): Promise<void> {
  const steps = planGroupEnd(record, present, pool.layout, (path) => pool.trash.placeFor(path));
  await host.perform({ steps }, new AbortController().signal);
}

/** Finishes what an earlier try could not: members that still wait get their names, and are known from then on. */
async function finishLate(context: LocalParts, record: GroupRecord): Promise<void> {
  const { pool } = context;
  const missing = missingOf(pool, record);
  if (missing.length === 0) return;
  await finish(context, record, new Set(await readdir(pool.layout.snapshots)));
  for (const id of missing) {
    const read = await readRecord(pool.snapshots.recordOf(id), parseSnapshotRecord);
    if (read.state === "readable") pool.snapshots.put(read.record);
  }
}

async function deleteGroup({ pool, host }: LocalParts, id: string, signal: AbortSignal): Promise<void> {
  const record = readable(pool.groups.get(id));
  if (record === undefined) return;
  const deleting = { ...record, deleting: true };
  await host.perform(
    { steps: [{ do: "write-record", path: pool.groups.recordOf(id), record: seal(deleting) }] },
    signal,
  );
  pool.groups.put(deleting);
  const present = new Set(await readdir(pool.layout.snapshots));
  const steps = planGroupEnd(deleting, present, pool.layout, (path) => pool.trash.placeFor(path));
  // the group is gone already: nobody's cancelling counts until its members are too
  await host.perform({ steps }, new AbortController().signal);
  for (const { snapshot } of record.members) pool.snapshots.remove(snapshot);
  pool.groups.remove(id);
  pool.trash.empty();
}
