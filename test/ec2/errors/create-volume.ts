import { zone } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import {
  burntText,
  full,
  fullText,
  gp3,
  manyTags,
  missing,
  noSnapshot,
  notFound,
  otherText,
  reserved,
  tagged,
  tags,
} from "./given.ts";

export const createVolumeCases: readonly ErrorCase[] = [
  { action: "CreateVolume", code: "MissingParameter", message: missing("availabilityZone"), ask: { Size: "1" } },
  {
    action: "CreateVolume",
    code: "MissingParameter",
    message: missing("size/snapshot"),
    ask: { AvailabilityZone: zone },
  },
  {
    action: "CreateVolume",
    code: "InvalidZone.NotFound",
    message: "The zone 'us-west-2a' does not exist.",
    ask: { ...gp3, AvailabilityZone: "us-west-2a" },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterCombination",
    message: /AvailabilityZone cannot be used with/,
    ask: { ...gp3, AvailabilityZoneId: "use1-az1" },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterCombination",
    message: /VolumeInitializationRate is only supported for volumes created from snapshots/,
    ask: { ...gp3, VolumeInitializationRate: "100" },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterDependency",
    message: "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    ask: { ...gp3, KmsKeyId: "alias/mine" },
  },
  {
    action: "CreateVolume",
    code: "InvalidSnapshot.NotFound",
    message: notFound("snapshot", noSnapshot),
    ask: { ...gp3, SnapshotId: noSnapshot },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterValue",
    message: "Value (snap-x) for parameter snapshotId is invalid. Expected: 'snap-...'.",
    ask: { ...gp3, SnapshotId: "snap-x" },
  },
  {
    action: "CreateVolume",
    code: "IncorrectState",
    message: /^Snapshot 'snap-[0-9a-f]+' is in invalid state - pending$/,
    ask: async (world) => ({ ...gp3, SnapshotId: await world.snapshot(await world.make(), 0) }),
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterValue",
    message: /^Volume of 9GiB is smaller than snapshot 'snap-[0-9a-f]+', expect size >= 10GiB$/,
    ask: async (world) => ({ ...gp3, Size: "9", SnapshotId: await world.snapshot(await world.make(), 3600) }),
  },
  {
    action: "CreateVolume",
    code: "IdempotentParameterMismatch",
    message: otherText,
    ask: async (world) => {
      await world.make({ ClientToken: "t" });
      return { ...gp3, Size: "11", ClientToken: "t" };
    },
  },
  {
    action: "CreateVolume",
    code: "IdempotentParameterMismatch",
    message: burntText,
    ask: async (world) => {
      await world.done("DeleteVolume", { VolumeId: await world.make({ ClientToken: "t" }) });
      return { ...gp3, ClientToken: "t" };
    },
  },
  {
    action: "CreateVolume",
    code: "InsufficientVolumeCapacity",
    message: fullText,
    ask: gp3,
    options: { keeper: full },
  },
  {
    action: "CreateVolume",
    code: "InvalidTagKey.Malformed",
    message: reserved,
    ask: { ...gp3, ...tagged("volume", { "TagSpecification.1.Tag.1.Key": "aws:x" }) },
  },
  {
    action: "CreateVolume",
    code: "TagLimitExceeded",
    message: manyTags,
    ask: { ...gp3, ...tagged("volume", tags(51)) },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterValue",
    message: "'snapshot' is not a valid taggable resource type for this operation.",
    ask: { ...gp3, ...tagged("snapshot", tags(1)) },
  },
  {
    action: "CreateVolume",
    code: "InvalidParameterValue",
    message: "Duplicate tag key 'k0' specified.",
    ask: { ...gp3, ...tagged("volume", { ...tags(1), "TagSpecification.1.Tag.2.Key": "k0" }) },
  },
];
