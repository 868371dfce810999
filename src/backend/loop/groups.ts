import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { copiesOf, removeTree } from "../../host/files.ts";
import type { Step } from "../../node/step.ts";
import { claimOfSnapshot } from "../../pool/claims.ts";
import { prefixOf } from "../../pool/id.ts";
import { dataIn, unfinishedName } from "../../pool/layout.ts";
import { planGroupEnd } from "../../pool/plan-group-end.ts";
import { seal } from "../../pool/record.ts";
import type { GroupRecord, SnapshotRecord, VolumeRecord } from "../../pool/records.ts";
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
    findByName: async (name) => present(readable(pool.groups.withPrefix(prefixOf(pool.id, name)))),
    create: (spec, signal) => create(context, spec, signal),
    delete: (id, signal) => deleteGroup(context, id, signal),
  };
}

function presentGroup({ pool, topology }: LocalParts, record: GroupRecord): Group {
  const members = record.members.flatMap(({ snapshot }) => readable(pool.snapshots.get(snapshot)) ?? []);
  return groupOf(
    record,
    members.map((member) => snapshotOf(member, topology)),
  );
}

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
  pool.groups.put(record);
  await finish(
    context,
    record,
    members.map(({ folder }) => folder),
  );
  for (const { snapshot } of members) pool.snapshots.put(snapshot);
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
async function finish({ pool, host }: LocalParts, record: GroupRecord, folders: readonly string[]): Promise<void> {
  const present = new Set(folders.map((folder) => folder.slice(pool.layout.snapshots.length + 1)));
  const steps = planGroupEnd(record, present, pool.layout, (path) => pool.trash.placeFor(path));
  await host.perform({ steps }, new AbortController().signal);
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
