import { createHash } from "node:crypto";
import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import {
  BackendError,
  type Group,
  type GroupId,
  type GroupSpec,
  type Groups,
  noSuch,
  type Parameters,
  type VolumeId,
} from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isUncertain } from "./ec2-error.ts";
import { holdersOf, snapshotOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { outpostOf } from "./parameters.ts";
import { readRecord, recordTags } from "./record.ts";
import { removeSnapshot, snapshotTags, uncertain } from "./snapshots.ts";
import { type Tag, tagKeys } from "./tags.ts";

export const ebsGroups = (context: EbsContext): Groups => ({
  keysOf: (name) => [groupIdOf(name)],
  find: (id, signal) => find(context, id, signal),
  findByName: (name, signal) => find(context, groupIdOf(name), signal),
  create: (spec, signal) => create(context, spec, signal),
  delete: (id, signal) => deleteGroup(context, id, signal),
});

/** EC2 knows no groups: one is the snapshots that bear its id, and the id is made of the name. */
const groupIdOf = (name: string): GroupId =>
  `group-${createHash("sha256").update(name).digest("hex").slice(0, 32)}` as GroupId;

/** Those that EC2 shows, and those that were made just now and are not shown yet. */
async function members(context: EbsContext, id: GroupId, signal: AbortSignal): Promise<readonly Ec2Snapshot[]> {
  if (!/^group-[0-9a-f]{32}$/.test(id)) return [];
  const shown = await context.looks.snapshotsOfGroup(id, signal);
  const made = context.recent.snapshots.get(id) ?? [];
  const hidden = made.filter((snapshot) => !shown.some(isThe(snapshot)));
  return [...shown, ...hidden].filter(({ SnapshotId = "" }) => !context.recent.deleted.get(SnapshotId));
}

const isThe = (one: Ec2Snapshot) => (other: Ec2Snapshot) => one.SnapshotId === other.SnapshotId;

/**
 * All of its members or nothing: a group that is half deleted is gone, one that is half shown is not there yet, and one
 * of which a member came to nothing never will be: the next call for its name makes another one in its place. What an
 * earlier try left behind may be shown late, beside the group that was made.
 */
async function find(context: EbsContext, id: GroupId, signal: AbortSignal): Promise<Group | undefined> {
  const all = await members(context, id, signal);
  const made = context.recent.snapshots.get(id) ?? [];
  const ours = all.filter((snapshot) => made.some(isThe(snapshot)));
  return groupOf(id, all) ?? groupOf(id, ours);
}

/** Each volume once: of what two tries made, nobody can say what belongs together. */
function groupOf(id: GroupId, snapshots: readonly Ec2Snapshot[]): Group | undefined {
  const record = readRecord(snapshots[0]?.Tags) as
    | { readonly name: string; readonly sources: readonly VolumeId[]; readonly parameters: Parameters }
    | undefined;
  const present = snapshots.map((snapshot) => ({ ...snapshotOf(snapshot), group: id }));
  const kept = new Set(present.map(({ sourceVolume }) => sourceVolume));
  const isWhole = record?.sources.every((source) => kept.has(source)) && present.length === record.sources.length;
  if (record === undefined || !isWhole) return undefined;
  if (snapshots.some(({ State }) => State === "error")) return undefined;
  const createdAt = new Date(Math.min(...present.map(({ createdAt }) => createdAt.getTime())));
  return { id, ...record, createdAt, snapshots: present };
}

/**
 * One CreateSnapshots cuts what is attached to one instance at one instant; what is attached to none is written by
 * nobody, so any instant is as good for it.
 */
async function create(context: EbsContext, spec: GroupSpec, signal: AbortSignal): Promise<Group> {
  const { name, sources, parameters } = spec;
  const id = groupIdOf(name);
  const cut = await planCut(context, sources, signal);
  if (context.recent.uncertain.get(id)) throw uncertain(name);
  await deleteGroup(context, id, signal);
  const Tags = [
    ...snapshotTags(parameters),
    { Key: tagKeys.group, Value: id as string },
    ...recordTags({ name, sources, parameters }),
  ];
  const made: Ec2Snapshot[] = [];
  try {
    for await (const snapshot of takeAll(context, cut, { Tags, ...outpostOf(parameters) }, signal)) made.push(snapshot);
    const group = groupOf(id, made);
    if (group !== undefined) return group;
    throw new BackendError({ kind: "busy", reason: "group" }, `not all members of group snapshot ${name} were made`);
  } catch (error) {
    if (isUncertain(error) || signal.aborted) context.recent.uncertain.set(id, true);
    throw error;
  } finally {
    // what was made before a refusal too: the next call takes it away
    if (made.length > 0) context.recent.snapshots.set(id, made);
  }
}

interface Cut {
  /** Where those that are attached are attached, and what else is attached there. */
  readonly together: { readonly instance: string; readonly others: readonly string[] } | undefined;
  readonly alone: readonly VolumeId[];
}

async function* takeAll(
  { ec2 }: EbsContext,
  { together, alone }: Cut,
  { Tags, ...where }: { readonly Tags: readonly Tag[]; readonly OutpostArn?: string },
  signal: AbortSignal,
): AsyncGenerator<Ec2Snapshot> {
  const how = { TagSpecifications: [{ ResourceType: "snapshot" as const, Tags: [...Tags] }], ...where };
  const tagged = (snapshot: Ec2Snapshot): Ec2Snapshot => ({ ...snapshot, Tags: snapshot.Tags ?? [...Tags] });
  if (together !== undefined) {
    const { instance: InstanceId, others } = together;
    const InstanceSpecification = { InstanceId, ExcludeBootVolume: true, ExcludeDataVolumeIds: [...others] };
    const { Snapshots = [] } = await ec2.call("CreateSnapshots", { InstanceSpecification, ...how }, signal);
    yield* Snapshots.map(tagged);
  }
  for (const VolumeId of alone) yield tagged(await ec2.call("CreateSnapshot", { VolumeId, ...how }, signal));
}

async function planCut(context: EbsContext, sources: readonly VolumeId[], signal: AbortSignal): Promise<Cut> {
  const places = await Promise.all(
    sources.map(async (id) => {
      const volume = await findVolume(context, id, signal);
      if (volume === undefined) throw noSuch("volume", id);
      return { id, at: holdersOf(volume).flatMap(({ InstanceId = [] }) => InstanceId) };
    }),
  );
  const alone = places.filter(({ at }) => at.length === 0).map(({ id }) => id);
  const attached = places.filter(({ at }) => at.length > 0);
  if (attached.length === 0) return { together: undefined, alone };
  const instance = attached[0]?.at.find((candidate) => attached.every(({ at }) => at.includes(candidate)));
  if (instance === undefined) {
    const where = attached.map(({ id, at }) => `${id} to ${at.join(" and ")}`).join(", ");
    throw new BackendError(
      { kind: "unfit", reason: "not together" },
      `EBS cuts volumes at one instant only while they are attached to one node; attached are ${where}`,
    );
  }
  const { BlockDeviceMappings = [], RootDeviceName } = (await context.looks.instance(instance, signal)) ?? {};
  const data = BlockDeviceMappings.filter(({ DeviceName }) => DeviceName !== RootDeviceName);
  const others = data.flatMap(({ Ebs }) => Ebs?.VolumeId ?? []).filter((id) => !sources.includes(id as VolumeId));
  return { together: { instance, others }, alone };
}

async function deleteGroup(context: EbsContext, id: GroupId, signal: AbortSignal): Promise<void> {
  for (const { SnapshotId = "" } of await members(context, id, signal))
    await removeSnapshot(context, SnapshotId, signal);
  context.recent.snapshots.remove(id);
}
