import { defineAction, type Ec2 } from "../action.ts";
import { volumeBody } from "../bodies/volume.ts";
import { invalidCombination, invalidValue, refused } from "../error.ts";
import { shapeOf } from "../limits/volume-shape.ts";
import { readClientToken } from "../read/client-token.ts";
import { type AskedEncryption, readEncryption } from "../read/encryption.ts";
import { type NewShape, readShape } from "../read/shape.ts";
import { readTagSpecifications } from "../read/tags.ts";
import { bear, replayOf } from "../volumes/birth.ts";
import type { Parameters } from "../wire/parameters.ts";
import { makeId, parseSnapshotId } from "../world/ids.ts";
import type { ClientToken, SnapshotRecord, Tags, VolumeRecord } from "../world/records.ts";
import { snapshotState } from "../world/states.ts";
import { isZone, noSuchZone, regionOf, zoneIdOf, zonesOf } from "../world/zones.ts";

interface Wish extends NewShape, AskedEncryption {
  readonly zone: string;
  readonly snapshotId: string | undefined;
  readonly initializationRate: number | undefined;
  readonly tags: Tags;
  readonly token: ClientToken | undefined;
}

/**
 * CreateVolume: a blank volume, or one with the bytes of a snapshot. The answer comes while it is still `creating`; the
 * same client token always gives the same volume.
 */
export const createVolume = defineAction<Wish>({
  name: "CreateVolume",
  mutates: true,
  errors: [
    "IdempotentParameterMismatch",
    "IncorrectState",
    "InsufficientVolumeCapacity",
    "InvalidParameterCombination",
    "InvalidParameterDependency",
    "InvalidParameterValue",
    "InvalidSnapshot.NotFound",
    "InvalidTagKey.Malformed",
    "InvalidZone.NotFound",
    "MissingParameter",
    "TagLimitExceeded",
    "UnknownVolumeType",
  ],

  parse(parameters, { region }) {
    const snapshotId = parameters.text("SnapshotId") || undefined;
    const wish: Wish = {
      zone: readZone(parameters, region),
      snapshotId: snapshotId === undefined ? undefined : parseSnapshotId(snapshotId),
      initializationRate: readInitializationRate(parameters, snapshotId),
      tags: readTagSpecifications(parameters, "volume"),
      token: readClientToken(parameters),
      ...readShape(parameters),
      ...readEncryption(parameters),
    };
    if (wish.sizeGiB === undefined && snapshotId === undefined)
      throw refused("MissingParameter", "The request must contain the parameter size/snapshot");
    return wish;
  },

  touches: ({ tags, snapshotId }) => [
    { kind: "volume", tags },
    ...(snapshotId === undefined ? [] : [{ kind: "snapshot" as const, id: snapshotId }]),
  ],

  async run(wish, ec2, call) {
    const earlier = await replayOf(wish.token, ec2);
    const volume = earlier ?? (await create(wish, ec2, (record) => bear(record, originOf(wish), ec2, call)));
    return volumeBody(volume, ec2.world.moment());
  },
});

const originOf = ({ snapshotId }: Wish) =>
  snapshotId === undefined ? undefined : ({ kind: "snapshot", id: snapshotId } as const);

function create(wish: Wish, ec2: Ec2, make: (record: VolumeRecord) => Promise<VolumeRecord>): Promise<VolumeRecord> {
  const { world, durations } = ec2;
  const { now } = world;
  const snapshot = wish.snapshotId === undefined ? undefined : needUsable(wish.snapshotId, wish.zone, ec2);
  const shape = shapeOf({ ...wish.shape, sizeGiB: sizeFor(wish.sizeGiB, snapshot) });
  const availableAt = now + durations.createVolume;
  const toInitialize = snapshot === undefined ? 0 : snapshot.sizeGiB * durations.initializePerGiB;
  const { zone, initializationRate, tags, token } = wish;
  return make({
    id: makeId("vol"),
    zone,
    shape,
    encrypted: wish.encrypted || snapshot?.encrypted === true,
    kmsKeyId: wish.kmsKeyId ?? snapshot?.kmsKeyId,
    snapshotId: wish.snapshotId,
    initializationRate,
    tags,
    createdAt: now,
    availableAt,
    initializedAt: availableAt + toInitialize,
    token,
    attachments: [],
    modifications: [],
  });
}

function needUsable(id: string, zone: string, { world }: Ec2): SnapshotRecord {
  const snapshot = world.needSnapshot(id, regionOf(zone));
  const state = snapshotState(snapshot, world.now);
  if (state !== "completed") throw refused("IncorrectState", `Snapshot '${id}' is in invalid state - ${state}`);
  return snapshot;
}

function sizeFor(asked: number | undefined, snapshot: SnapshotRecord | undefined): number {
  const least = snapshot?.sizeGiB ?? 0;
  const sizeGiB = asked ?? least;
  if (sizeGiB < least)
    throw invalidValue(
      `Volume of ${sizeGiB}GiB is smaller than snapshot '${snapshot?.id}', expect size >= ${least}GiB`,
    );
  return sizeGiB;
}

function readZone(parameters: Parameters, region: string): string {
  const [name, id] = [parameters.text("AvailabilityZone"), parameters.text("AvailabilityZoneId")];
  if (name !== undefined && id !== undefined)
    throw invalidCombination("The parameter AvailabilityZone cannot be used with the parameter AvailabilityZoneId");
  if (name === undefined && id === undefined)
    throw refused("MissingParameter", "The request must contain the parameter availabilityZone");
  const zone = name ?? zonesOf(region, []).find((candidate) => zoneIdOf(candidate.name) === id)?.name;
  if (zone === undefined || !isZone(zone) || regionOf(zone) !== region) throw noSuchZone(name ?? id ?? "");
  return zone;
}

/** "Valid range: 100 – 300 MiB/s"; for volumes made from snapshots. */
function readInitializationRate(parameters: Parameters, snapshotId: string | undefined): number | undefined {
  const rate = parameters.integer("VolumeInitializationRate");
  if (rate === undefined) return undefined;
  if (snapshotId === undefined)
    throw invalidCombination(
      "The parameter VolumeInitializationRate is only supported for volumes created from snapshots.",
    );
  if (rate < 100 || rate > 300)
    throw invalidValue(`Volume initialization rate of ${rate} is invalid; it must be between 100 and 300 MiBps.`);
  return rate;
}
