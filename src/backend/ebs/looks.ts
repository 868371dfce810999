import type { Filter, Instance, Snapshot, Volume, VolumeModification } from "@aws-sdk/client-ec2";
import { Batcher } from "./batcher.ts";
import type { Action, Actions, Ec2 } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";
import { literally, tagKeys, tagValue } from "./tags.ts";

/** Things of EC2 by their ids and names, asked for together where many are. */
export interface Looks {
  volume(id: string, signal: AbortSignal): Promise<Volume | undefined>;
  volumesNamed(name: string, signal: AbortSignal): Promise<readonly Volume[]>;
  snapshot(id: string, signal: AbortSignal): Promise<Snapshot | undefined>;
  snapshotsNamed(name: string, signal: AbortSignal): Promise<readonly Snapshot[]>;
  snapshotsOfGroup(id: string, signal: AbortSignal): Promise<readonly Snapshot[]>;
  instance(id: string, signal: AbortSignal): Promise<Instance | undefined>;
  /** The latest one. */
  modification(volumeId: string, signal: AbortSignal): Promise<VolumeModification | undefined>;
}

/** "You can specify up to 200 filter values." */
const mostValues = 200;
/** A question is asked for several callers, so none of them ends it; and the next one waits for it. */
const mostMs = 30_000;

/**
 * Ids are asked for by filter and not by list: what does not exist is then missing in the answer, where a list with one
 * wrong id is refused as a whole.
 */
export function looksAt(ec2: Ec2): Looks {
  const volumes = (filter: string, keyOf: (volume: Volume) => string | undefined) =>
    new Batcher<readonly Volume[]>(mostValues, async (keys) =>
      grouped(await allPages(ec2, "DescribeVolumes", filterOf(filter, keys), ({ Volumes }) => Volumes), keyOf),
    );
  const snapshots = (filter: string, keyOf: (snapshot: Snapshot) => string | undefined) =>
    new Batcher<readonly Snapshot[]>(mostValues, async (keys) =>
      grouped(
        await allPages(
          ec2,
          "DescribeSnapshots",
          { ...filterOf(filter, keys), OwnerIds: ["self"] },
          ({ Snapshots }) => Snapshots,
        ),
        keyOf,
      ),
    );
  const volumesById = volumes("volume-id", ({ VolumeId }) => VolumeId);
  const volumesByName = volumes(`tag:${tagKeys.volumeName}`, ({ Tags }) => tagValue(Tags, tagKeys.volumeName));
  const snapshotsById = snapshots("snapshot-id", ({ SnapshotId }) => SnapshotId);
  const snapshotsByName = snapshots(`tag:${tagKeys.snapshotName}`, ({ Tags }) => tagValue(Tags, tagKeys.snapshotName));
  const snapshotsByGroup = snapshots(`tag:${tagKeys.group}`, ({ Tags }) => tagValue(Tags, tagKeys.group));
  const instances = new Batcher<readonly Instance[]>(mostValues, async (keys) => {
    const found = await allPages(ec2, "DescribeInstances", filterOf("instance-id", keys), ({ Reservations }) =>
      Reservations?.flatMap(({ Instances = [] }) => Instances),
    );
    return grouped(found, ({ InstanceId }) => InstanceId);
  });
  const modifications = new Batcher<readonly VolumeModification[]>(mostValues, async (keys) => {
    const found = await allPages(
      ec2,
      "DescribeVolumesModifications",
      filterOf("volume-id", keys),
      ({ VolumesModifications }) => VolumesModifications,
    );
    return grouped(found, ({ VolumeId }) => VolumeId);
  });
  return {
    volume: async (id, signal) => (isId(id, "vol") ? (await volumesById.find(id, signal))?.[0] : undefined),
    volumesNamed: async (name, signal) => (await volumesByName.find(name, signal)) ?? [],
    snapshot: async (id, signal) => (isId(id, "snap") ? (await snapshotsById.find(id, signal))?.[0] : undefined),
    snapshotsNamed: async (name, signal) => (await snapshotsByName.find(name, signal)) ?? [],
    snapshotsOfGroup: async (id, signal) => (await snapshotsByGroup.find(id, signal)) ?? [],
    instance: async (id, signal) => (isId(id, "i") ? (await instances.find(id, signal))?.[0] : undefined),
    modification: async (id, signal) => latest((await modifications.find(id, signal)) ?? []),
  };
}

/** What has not the form of an id is nothing of EC2's, and needs no asking. */
export const isId = (text: string, prefix: "vol" | "snap" | "i"): boolean =>
  text.startsWith(`${prefix}-`) && /^([0-9a-f]{8}|[0-9a-f]{17})$/.test(text.slice(prefix.length + 1));

const filterOf = (name: string, values: readonly string[]): { readonly Filters: Filter[] } => ({
  Filters: [{ Name: name, Values: values.map(literally) }],
});

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string | undefined): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}

const latest = (all: readonly VolumeModification[]): VolumeModification | undefined =>
  all.toSorted((a, b) => (b.StartTime?.getTime() ?? 0) - (a.StartTime?.getTime() ?? 0))[0];

type Paged = Extract<Action, `Describe${string}s` | "DescribeVolumeStatus">;

interface Page {
  readonly NextToken?: string | undefined;
}

/** Everything that fits the question, page after page. */
async function allPages<A extends Exclude<Paged, "DescribeAvailabilityZones">, Item>(
  ec2: Ec2,
  action: A,
  input: Actions[A][0],
  itemsOf: (answer: Actions[A][1]) => readonly Item[] | undefined,
): Promise<readonly Item[]> {
  const signal = AbortSignal.timeout(mostMs);
  const items: Item[] = [];
  try {
    for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
      const answer = await ec2.call(action, { ...input, ...(token === undefined ? {} : { NextToken: token }) }, signal);
      items.push(...(itemsOf(answer) ?? []));
      token = (answer as Page).NextToken || undefined;
    }
    return items;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Ec2Error(action, "TimeoutError", `no answer within ${mostMs} ms`, undefined, { cause: error });
  }
}
