import { here } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import {
  attached,
  fullText,
  ghost,
  manyTags,
  missing,
  noInstance,
  noSnapshot,
  noSnapshots,
  noSuchInstance,
  notFound,
  reserved,
  tagged,
  tags,
} from "./given.ts";

export const snapshotCases: readonly ErrorCase[] = [
  { action: "CreateSnapshot", code: "MissingParameter", message: missing("volumeId"), ask: {} },
  {
    action: "CreateSnapshot",
    code: "InvalidParameterValue",
    message: "Value (vol-x) for parameter volumes is invalid. Expected: 'vol-...'.",
    ask: { VolumeId: "vol-x" },
  },
  {
    action: "CreateSnapshot",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { VolumeId: ghost },
  },
  {
    action: "CreateSnapshot",
    code: "IncorrectState",
    message: /is in the 'creating' state and cannot be snapshotted\.$/,
    ask: async (world) => ({ VolumeId: await world.make({}, 0) }),
  },
  {
    action: "CreateSnapshot",
    code: "InsufficientVolumeCapacity",
    message: fullText,
    ask: async (world) => ({ VolumeId: await world.make() }),
    options: { keeper: noSnapshots },
  },
  {
    action: "CreateSnapshot",
    code: "InvalidTagKey.Malformed",
    message: reserved,
    ask: { VolumeId: ghost, ...tagged("snapshot", { "TagSpecification.1.Tag.1.Key": "AWS:x" }) },
  },
  {
    action: "CreateSnapshot",
    code: "TagLimitExceeded",
    message: manyTags,
    ask: { VolumeId: ghost, ...tagged("snapshot", tags(51)) },
  },
  {
    action: "CreateSnapshot",
    code: "SnapshotCreationPerVolumeRateExceeded",
    message: /^The maximum per volume CreateSnapshot request rate has been exceeded\./,
    ask: async (world) => {
      const id = await world.make();
      await world.snapshot(id, 10);
      return { VolumeId: id };
    },
  },
  {
    action: "CreateSnapshot",
    code: "ConcurrentSnapshotLimitExceeded",
    message: "Maximum allowed in-progress snapshots for a single volume exceeded.",
    ask: async (world) => {
      const id = await world.make({ Size: "1000" });
      for (let count = 0; count < 5; count += 1) await world.snapshot(id, 20);
      return { VolumeId: id };
    },
  },

  {
    action: "CreateSnapshots",
    code: "MissingParameter",
    message: missing("instanceSpecification.InstanceId"),
    ask: {},
  },
  {
    action: "CreateSnapshots",
    code: "InvalidInstanceID.Malformed",
    message: 'Invalid id: "x" (expecting "i-...")',
    ask: { "InstanceSpecification.InstanceId": "x" },
  },
  {
    action: "CreateSnapshots",
    code: "InvalidInstanceID.NotFound",
    message: noSuchInstance,
    ask: { "InstanceSpecification.InstanceId": noInstance },
  },
  {
    action: "CreateSnapshots",
    code: "InvalidParameterValue",
    message: `Instance '${here}' has no volumes to take snapshots of.`,
    ask: { "InstanceSpecification.InstanceId": here },
  },
  {
    action: "CreateSnapshots",
    code: "InvalidParameterValue",
    message: `The volume '${ghost}' to exclude is not attached to instance '${here}'.`,
    ask: { "InstanceSpecification.InstanceId": here, "InstanceSpecification.ExcludeDataVolumeId.1": ghost },
  },
  {
    action: "CreateSnapshots",
    code: "InvalidTagKey.Malformed",
    message: reserved,
    ask: {
      "InstanceSpecification.InstanceId": here,
      ...tagged("snapshot", { "TagSpecification.1.Tag.1.Key": "aws:x" }),
    },
  },
  {
    action: "CreateSnapshots",
    code: "TagLimitExceeded",
    message: manyTags,
    ask: { "InstanceSpecification.InstanceId": here, ...tagged("snapshot", tags(51)) },
  },
  {
    action: "CreateSnapshots",
    code: "InsufficientVolumeCapacity",
    message: fullText,
    ask: async (world) => {
      await attached(world);
      return { "InstanceSpecification.InstanceId": here };
    },
    options: { keeper: noSnapshots },
  },
  {
    action: "CreateSnapshots",
    code: "SnapshotCreationPerVolumeRateExceeded",
    message: /^The maximum per volume CreateSnapshot request rate has been exceeded\./,
    ask: async (world) => {
      await world.snapshot(await attached(world), 10);
      return { "InstanceSpecification.InstanceId": here };
    },
  },
  {
    action: "CreateSnapshots",
    code: "ConcurrentSnapshotLimitExceeded",
    message: "Maximum allowed in-progress snapshots for a single volume exceeded.",
    ask: async (world) => {
      const id = await attached(world, { Size: "125", VolumeType: "st1" });
      await world.snapshot(id, 20);
      return { "InstanceSpecification.InstanceId": here };
    },
  },

  { action: "DeleteSnapshot", code: "MissingParameter", message: missing("snapshotId"), ask: {} },
  {
    action: "DeleteSnapshot",
    code: "InvalidParameterValue",
    message: "Value (x) for parameter snapshotId is invalid. Expected: 'snap-...'.",
    ask: { SnapshotId: "x" },
  },
  {
    action: "DeleteSnapshot",
    code: "InvalidSnapshot.NotFound",
    message: notFound("snapshot", noSnapshot),
    ask: { SnapshotId: noSnapshot },
  },
];
