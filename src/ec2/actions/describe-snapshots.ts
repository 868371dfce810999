import { defineAction, type Ec2 } from "../action.ts";
import { snapshotBody } from "../bodies/snapshot.ts";
import { type Attributes, matcher, only } from "../read/filters.ts";
import { type Lookup, readLookup } from "../read/lookup.ts";
import { pageOf } from "../read/page.ts";
import { parseSnapshotId } from "../world/ids.ts";
import type { SnapshotRecord } from "../world/records.ts";
import { type Moment, percentOf, snapshotState } from "../world/states.ts";
import { noSuchSnapshots } from "../world/world.ts";

interface Wish extends Lookup {
  readonly owners: readonly string[];
}

/** DescribeSnapshots: those of the account; nobody else has any here. */
export const describeSnapshots = defineAction<Wish>({
  name: "DescribeSnapshots",
  mutates: false,
  errors: [
    "FilterLimitExceeded",
    "InvalidPaginationToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidSnapshot.NotFound",
    "MissingParameter",
  ],

  parse(parameters) {
    const ids = parameters.list("SnapshotId").map(parseSnapshotId);
    const owners = [...parameters.list("Owner"), ...parameters.list("RestorableBy")];
    return { ...readLookup(parameters, ids, 1000), owners };
  },

  run({ ids, owners, filters, page }, ec2, { region, moment }) {
    const isOurs = owners.length === 0 || owners.some((owner) => owner === "self" || owner === ec2.account);
    const isWanted = matcher(filters, attributes(moment.now, ec2.account), ({ tags }) => tags);
    const snapshots = only(pick(ec2, ids, region, moment), (snapshot) => isOurs && isWanted(snapshot));
    const { items, nextToken } = pageOf(snapshots, page, ({ id }) => id);
    return { snapshotSet: items.map((snapshot) => snapshotBody(snapshot, moment.now, ec2.account)), nextToken };
  },
});

function pick({ world }: Ec2, ids: readonly string[], region: string, moment: Moment): Iterable<SnapshotRecord> {
  const isHere = (snapshot: SnapshotRecord) => snapshot.region === region;
  if (ids.length === 0) return only(world.allSnapshots(moment), isHere);
  const found = [...new Set(ids)]
    .sort()
    .flatMap((id) => world.findSnapshot(id, moment) ?? [])
    .filter(isHere);
  const absent = ids.filter((id) => !found.some((snapshot) => snapshot.id === id));
  if (absent.length > 0) throw noSuchSnapshots(absent);
  return found;
}

const attributes = (now: number, account: string): Attributes<SnapshotRecord> => ({
  description: ({ description }) => description,
  encrypted: ({ encrypted }) => encrypted,
  "owner-id": () => account,
  progress: ({ startedAt, completedAt }) => `${percentOf(startedAt, completedAt, now)}%`,
  "snapshot-id": ({ id }) => id,
  "start-time": ({ startedAt }) => new Date(startedAt).toISOString(),
  status: (snapshot) => snapshotState(snapshot, now),
  "storage-tier": () => "standard",
  "volume-id": ({ volumeId }) => volumeId,
  "volume-size": ({ sizeGiB }) => sizeGiB,
});
