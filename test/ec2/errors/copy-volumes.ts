import type { ErrorCase } from "./error-case.ts";
import { fullText, ghost, manyTags, missing, noCopies, notFound, otherText, reserved, tagged, tags } from "./given.ts";

export const copyVolumesCases: readonly ErrorCase[] = [
  { action: "CopyVolumes", code: "MissingParameter", message: missing("sourceVolumeId"), ask: {} },
  {
    action: "CopyVolumes",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { SourceVolumeId: ghost },
  },
  {
    action: "CopyVolumes",
    code: "InvalidParameterValue",
    message: "Value (vol-x) for parameter volumes is invalid. Expected: 'vol-...'.",
    ask: { SourceVolumeId: "vol-x" },
  },
  {
    action: "CopyVolumes",
    code: "InvalidParameterValue",
    message: /^Volume of 9GiB is smaller than volume/,
    ask: async (world) => ({ SourceVolumeId: await world.make(), Size: "9" }),
  },
  {
    action: "CopyVolumes",
    code: "UnknownVolumeType",
    message: "Unsupported volume type 'io3' for volume creation.",
    ask: { SourceVolumeId: ghost, VolumeType: "io3", Size: "10" },
  },
  {
    action: "CopyVolumes",
    code: "InvalidParameterCombination",
    message: "The parameter iops must be specified for io1 volumes.",
    ask: { SourceVolumeId: ghost, VolumeType: "io1", Size: "10" },
  },
  {
    action: "CopyVolumes",
    code: "InvalidParameterDependency",
    message: "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    ask: { SourceVolumeId: ghost, KmsKeyId: "alias/mine" },
  },
  {
    action: "CopyVolumes",
    code: "IncorrectState",
    message: /is in the 'deleting' state and cannot be copied\.$/,
    ask: async (world) => {
      const id = await world.make();
      await world.done("DeleteVolume", { VolumeId: id });
      return { SourceVolumeId: id };
    },
  },
  {
    action: "CopyVolumes",
    code: "IdempotentParameterMismatch",
    message: otherText,
    ask: async (world) => {
      await world.make({ ClientToken: "t" });
      return { SourceVolumeId: await world.make(), ClientToken: "t" };
    },
  },
  {
    action: "CopyVolumes",
    code: "InsufficientVolumeCapacity",
    message: fullText,
    ask: async (world) => ({ SourceVolumeId: await world.make() }),
    options: { keeper: noCopies },
  },
  {
    action: "CopyVolumes",
    code: "InvalidTagKey.Malformed",
    message: reserved,
    ask: { SourceVolumeId: ghost, ...tagged("volume", { "TagSpecification.1.Tag.1.Key": "aws:x" }) },
  },
  {
    action: "CopyVolumes",
    code: "TagLimitExceeded",
    message: manyTags,
    ask: { SourceVolumeId: ghost, ...tagged("volume", tags(51)) },
  },
];
