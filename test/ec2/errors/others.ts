import { here } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import {
  ghost,
  manyTags,
  missing,
  noInstance,
  noSnapshot,
  noSuchInstance,
  notFound,
  reserved,
  tagged,
  tags,
} from "./given.ts";

export const otherCases: readonly ErrorCase[] = [
  { action: "CreateTags", code: "MissingParameter", message: missing("tagSet"), ask: { "ResourceId.1": ghost } },
  {
    action: "CreateTags",
    code: "InvalidParameterValue",
    message: /^Tag key exceeds the maximum length of 128 characters/,
    ask: { "ResourceId.1": here, "Tag.1.Key": "k".repeat(129) },
  },
  {
    action: "CreateTags",
    code: "InvalidParameterValue",
    message: "Tag value exceeds the maximum length of 256 characters for the key 'k'",
    ask: { "ResourceId.1": here, "Tag.1.Key": "k", "Tag.1.Value": "v".repeat(257) },
  },
  {
    action: "CreateTags",
    code: "InvalidTagKey.Malformed",
    message: reserved,
    ask: { "ResourceId.1": here, "Tag.1.Key": "aws:k" },
  },
  {
    action: "CreateTags",
    code: "TagLimitExceeded",
    message: manyTags,
    ask: async (world) => ({ "ResourceId.1": await world.make(tagged("volume", tags(50))), "Tag.1.Key": "one more" }),
  },
  {
    action: "DescribeVolumes",
    code: "InvalidVolume.NotFound",
    message: `The volumes '${ghost}', 'vol-00000000000000001' do not exist.`,
    ask: { "VolumeId.1": ghost, "VolumeId.2": "vol-00000000000000001" },
  },
  {
    action: "DescribeVolumeStatus",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { "VolumeId.1": ghost },
  },
  {
    action: "DescribeVolumesModifications",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { "VolumeId.1": ghost },
  },
  {
    action: "DescribeVolumesModifications",
    code: "InvalidVolumeModification.NotFound",
    message: /^Modification for volume 'vol-[0-9a-f]+' does not exist\.$/,
    ask: async (world) => ({ "VolumeId.1": await world.make() }),
  },
  {
    action: "DescribeSnapshots",
    code: "InvalidSnapshot.NotFound",
    message: notFound("snapshot", noSnapshot),
    ask: { "SnapshotId.1": noSnapshot },
  },
  {
    action: "DescribeInstances",
    code: "InvalidInstanceID.NotFound",
    message: noSuchInstance,
    ask: { "InstanceId.1": noInstance },
  },
  {
    action: "DescribeInstances",
    code: "InvalidInstanceID.Malformed",
    message: 'Invalid id: "x" (expecting "i-...")',
    ask: { "InstanceId.1": "x" },
  },
  {
    action: "DescribeInstanceTypes",
    code: "InvalidInstanceType",
    message: "The following supplied instance types do not exist: [nonsense]",
    ask: { "InstanceType.1": "nonsense" },
  },
  {
    action: "DescribeAvailabilityZones",
    code: "InvalidZone.NotFound",
    message: "The zone 'us-east-1z' does not exist.",
    ask: { "ZoneName.1": "us-east-1z" },
  },
];
