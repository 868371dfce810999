import type { Ec2 } from "../action.ts";
import { refused } from "../error.ts";
import { noCapacityIsAnError } from "../volumes/birth.ts";
import { beside } from "../world/change.ts";
import { makeId } from "../world/ids.ts";
import type { SnapshotRecord, VolumeRecord } from "../world/records.ts";
import { shapeAt, snapshotState, volumeState } from "../world/states.ts";
import { regionOf } from "../world/zones.ts";

/** "Up to five pending snapshots for a single gp2, gp3, io1, io2 or Magnetic volume; one for st1 and sc1." */
const mostPending = { st1: 1, sc1: 1, others: 5 } as const;

/** Whether there may be another snapshot of this volume now. */
export function checkSnapshotPace(volume: VolumeRecord, { world, durations }: Ec2): void {
  const moment = world.moment();
  const state = volumeState(volume, moment);
  if (state !== "available" && state !== "in-use")
    throw refused("IncorrectState", `Volume '${volume.id}' is in the '${state}' state and cannot be snapshotted.`);
  if (world.now < (volume.lastSnapshotAt ?? 0) + durations.betweenSnapshots) {
    throw refused(
      "SnapshotCreationPerVolumeRateExceeded",
      "The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.",
    );
  }
  const pending = [...world.allSnapshots(moment)].filter(
    (snapshot) => snapshot.volumeId === volume.id && snapshotState(snapshot, world.now) === "pending",
  );
  const { type } = shapeAt(volume, world.now);
  if (pending.length >= (type === "st1" || type === "sc1" ? mostPending[type] : mostPending.others))
    throw refused(
      "ConcurrentSnapshotLimitExceeded",
      "Maximum allowed in-progress snapshots for a single volume exceeded.",
    );
}

export function snapshotOf(
  volume: VolumeRecord,
  { description, tags, failure }: Pick<SnapshotRecord, "description" | "tags" | "failure">,
  { world, durations }: Ec2,
): SnapshotRecord {
  const { now } = world;
  const { sizeGiB } = shapeAt(volume, now);
  return {
    id: makeId("snap"),
    region: regionOf(volume.zone),
    volumeId: volume.id,
    sizeGiB,
    description,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    tags,
    startedAt: now,
    completedAt: now + durations.snapshot + sizeGiB * durations.snapshotPerGiB,
    failure,
  };
}

/** All at one instant. They are known once they are on disk. */
export async function takeSnapshots(snapshots: readonly SnapshotRecord[], { world, keeper }: Ec2): Promise<void> {
  for (const { volumeId } of snapshots) {
    const volume = world.findVolume(volumeId);
    if (volume !== undefined) world.putVolume(beside(volume, { lastSnapshotAt: world.now }));
  }
  await noCapacityIsAnError(() => keeper.createSnapshots(snapshots));
  for (const snapshot of snapshots) world.snapshots.set(snapshot, world.now);
}
