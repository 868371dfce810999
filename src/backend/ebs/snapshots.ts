import type { Snapshot as Ec2Snapshot } from "@aws-sdk/client-ec2";
import {
  BackendError,
  noSuch,
  type Parameters,
  type Snapshot,
  type SnapshotSpec,
  type Snapshots,
  type VolumeId,
} from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2, isUncertain } from "./ec2-error.ts";
import { snapshotOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { pageOf } from "./pages.ts";
import { outpostOf, tagsAskedFor } from "./parameters.ts";
import { checkCount, literally, type Tag, tagKeys } from "./tags.ts";

/** What was deleted while it was still being made goes once it is made: until then EC2 shows it, and we do not. */
export const ebsSnapshots = (context: EbsContext): Snapshots => ({
  find: async (id, signal) => present(await findSnapshot(context, id, signal)),
  findByName: async (name, signal) => present(await findByName(context, name, signal)),
  create: async (spec, signal) => snapshotOf(await create(context, spec, signal)),
  delete: (id, signal) => deleteSnapshot(context, id, signal),
  list: (page, source, signal) =>
    pageOf(context.recent.leftovers, page, async (asked) => {
      const input = { ...asked, OwnerIds: ["self"], ...filterOf(source) };
      const answer = await context.ec2.call("DescribeSnapshots", input, signal);
      const items = (answer.Snapshots ?? []).map(snapshotOf).filter(({ id }) => !context.recent.deleted.get(id));
      return { items, NextToken: answer.NextToken };
    }),
});

const filterOf = (source: VolumeId | undefined) =>
  source === undefined ? {} : { Filters: [{ Name: "volume-id", Values: [literally(source)] }] };

const present = (snapshot: Ec2Snapshot | undefined): Snapshot | undefined =>
  snapshot === undefined ? undefined : snapshotOf(snapshot);

/** One that came to nothing holds no data: it goes, so that another one can be made. */
async function findByName(context: EbsContext, name: string, signal: AbortSignal): Promise<Ec2Snapshot | undefined> {
  const { looks, recent } = context;
  const shown = await looks.snapshotsNamed(name, signal);
  const [found] = shown
    .filter(({ State, SnapshotId = "" }) => State !== "error" && !recent.deleted.get(SnapshotId))
    .toSorted((a, b) => (a.StartTime?.getTime() ?? 0) - (b.StartTime?.getTime() ?? 0));
  if (found !== undefined) return found;
  for (const { SnapshotId = "", State } of shown)
    if (State === "error") await removeSnapshot(context, SnapshotId, signal);
  // one that is shown, and came to nothing, is no longer what it was when it was made
  return recent.snapshots.get(name)?.find((made) => !shown.some(({ SnapshotId }) => SnapshotId === made.SnapshotId));
}

/** As EC2 shows it, or, while it does not yet, as it was when it was made. */
export async function findSnapshot(
  { looks, recent }: EbsContext,
  id: string,
  signal: AbortSignal,
): Promise<Ec2Snapshot | undefined> {
  if (recent.deleted.get(id)) return undefined;
  return (await looks.snapshot(id, signal)) ?? recent.snapshots.get(id)?.[0];
}

/**
 * EC2 has no token for snapshots, so a second one is made unless the first one is seen. One whose answer was lost may
 * exist and not be shown yet: until it must have been, nothing is asked for again.
 */
async function create(context: EbsContext, spec: SnapshotSpec, signal: AbortSignal): Promise<Ec2Snapshot> {
  const { recent, ec2 } = context;
  const { name, source, parameters, places } = spec;
  await context.zones.inOrder(places, signal);
  if ((await findVolume(context, source, signal)) === undefined) throw noSuch("volume", source);
  if (recent.uncertain.get(name)) throw uncertain(name);
  try {
    const Tags = [...snapshotTags(parameters), { Key: tagKeys.snapshotName, Value: name }];
    const TagSpecifications = [{ ResourceType: "snapshot" as const, Tags }];
    const input = { VolumeId: source, ...outpostOf(parameters), TagSpecifications };
    const answer = await ec2.call("CreateSnapshot", input, signal);
    const made: Ec2Snapshot = { ...answer, Tags: answer.Tags ?? Tags };
    for (const key of [name, made.SnapshotId ?? ""]) recent.snapshots.set(key, [made]);
    return made;
  } catch (error) {
    if (isUncertain(error) || signal.aborted) recent.uncertain.set(name, true);
    throw error;
  }
}

export const uncertain = (name: string, cause?: unknown): BackendError =>
  new BackendError(
    { kind: "busy", reason: "uncertain" },
    `EC2 gave no answer to an earlier request for ${name}, which may have been carried out; it is looked for first`,
    { cause },
  );

export const snapshotTags = (parameters: Parameters): readonly Tag[] =>
  checkCount([{ Key: tagKeys.cluster, Value: "true" }, ...tagsAskedFor(parameters)]);

async function deleteSnapshot(context: EbsContext, id: string, signal: AbortSignal): Promise<void> {
  const snapshot = await findSnapshot(context, id, signal);
  if (snapshot === undefined) return;
  const { group, name } = snapshotOf(snapshot);
  if (group !== undefined) {
    throw new BackendError(
      { kind: "member-of-group", group },
      `snapshot ${id} belongs to group snapshot ${group} and goes with it`,
    );
  }
  await removeSnapshot(context, id, signal);
  for (const key of [name, id]) context.recent.snapshots.remove(key);
}

export async function removeSnapshot({ ec2, recent }: EbsContext, id: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.call("DeleteSnapshot", { SnapshotId: id }, signal);
  } catch (error) {
    if (isEc2(error, "InvalidSnapshot.InUse"))
      throw new BackendError({ kind: "in-use", by: error.said }, `snapshot ${id} is in use: ${error.said}`, {
        cause: error,
      });
    if (!isEc2(error, "InvalidSnapshot.NotFound")) throw error;
  }
  recent.deleted.set(id, true);
}
