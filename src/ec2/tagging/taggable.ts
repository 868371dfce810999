import type { Ec2, Touched } from "../action.ts";
import { refused } from "../error.ts";
import { saveVolume } from "../volumes/save.ts";
import { change } from "../world/change.ts";
import { isInstanceId, isSnapshotId, isVolumeId } from "../world/ids.ts";
import type { Tags } from "../world/records.ts";
import { type Moment, volumeState } from "../world/states.ts";
import { noSuchSnapshots, noSuchVolumes } from "../world/world.ts";
import { regionOf } from "../world/zones.ts";

/** A thing that has tags. */
export interface Taggable {
  readonly id: string;
  readonly kind: "volume" | "snapshot" | "instance";
  readonly tags: Tags;
  setTags(tags: Tags): Promise<void>;
}

/** By an id of any kind. */
export function needTaggable(id: string, ec2: Ec2, region: string): Taggable {
  const { world, keeper } = ec2;
  const now = () => world.now;
  if (isVolumeId(id)) {
    const volume = world.needVolume(id, region);
    // its record would come back onto the disk where the removal fails
    if (volumeState(volume, world.moment()) === "deleting") throw noSuchVolumes([id]);
    const setTags = (tags: Tags) => saveVolume({ ...world.needVolume(id, region), tags }, ec2);
    return { id, kind: "volume", tags: volume.tags, setTags };
  }
  if (isSnapshotId(id)) {
    const { tags, goneAt } = world.needSnapshot(id, region);
    if (goneAt !== undefined) throw noSuchSnapshots([id]);
    return {
      id,
      kind: "snapshot",
      tags,
      setTags: async (tags) => {
        const snapshot = { ...world.needSnapshot(id, region), tags };
        await change(world.snapshots, { to: snapshot, now }, () => keeper.saveSnapshot(snapshot));
      },
    };
  }
  if (!isInstanceId(id)) throw refused("InvalidID", `The ID '${id}' is not valid`);
  const { tags } = world.needInstance(id, region);
  return {
    id,
    kind: "instance",
    tags,
    setTags: async (tags) => {
      const instance = { ...world.needInstance(id, region), tags };
      await change(world.instances, { to: instance, now }, () => keeper.saveInstance(instance));
    },
  };
}

/** For those who ask whether it may be touched: an id of no kind is refused later. */
export function touchedOf(id: string, tags: Tags | undefined): readonly Touched[] {
  if (isVolumeId(id)) return [{ kind: "volume", id, tags }];
  if (isSnapshotId(id)) return [{ kind: "snapshot", id, tags }];
  return isInstanceId(id) ? [{ kind: "instance", id, tags }] : [];
}

export interface Tagged {
  readonly resourceId: string;
  readonly resourceType: Taggable["kind"];
  readonly key: string;
  readonly value: string;
}

/** Every tag of a region, in the order of ids. */
export function* allTags({ world }: Ec2, region: string, moment: Moment): Generator<Tagged> {
  const things = [
    ...[...world.instances.values(moment.now)]
      .filter(({ zone }) => regionOf(zone) === region)
      .map((thing) => ({ ...thing, resourceType: "instance" as const })),
    ...[...world.allSnapshots(moment)]
      .filter((thing) => thing.region === region)
      .map((thing) => ({ ...thing, resourceType: "snapshot" as const })),
    ...[...world.allVolumes(moment)]
      .filter(({ zone }) => regionOf(zone) === region)
      .map((thing) => ({ ...thing, resourceType: "volume" as const })),
  ];
  for (const { id, resourceType, tags } of things) {
    for (const key of Object.keys(tags).sort()) yield { resourceId: id, resourceType, key, value: tags[key] ?? "" };
  }
}
