import type { ErrorCase } from "./error-case.ts";
import { ghost, missing, notFound } from "./given.ts";

export const modifyVolumeCases: readonly ErrorCase[] = [
  {
    action: "ModifyVolume",
    code: "MissingParameter",
    message: missing("size/volumeType/iops/throughput/multiAttachEnabled"),
    ask: { VolumeId: ghost },
  },
  {
    action: "ModifyVolume",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { VolumeId: ghost, Size: "1" },
  },
  {
    action: "ModifyVolume",
    code: "InvalidParameterValue",
    message: "New size cannot be smaller than existing size",
    ask: async (world) => ({ VolumeId: await world.make(), Size: "9" }),
  },
  {
    action: "ModifyVolume",
    code: "InvalidParameterCombination",
    message: "The parameter iops is not supported for gp2 volumes.",
    ask: async (world) => ({ VolumeId: await world.make({ VolumeType: "gp2" }), Iops: "3000" }),
  },
  {
    action: "ModifyVolume",
    code: "UnknownVolumeType",
    message: "Unsupported volume type 'io3' for volume creation.",
    ask: async (world) => ({ VolumeId: await world.make(), VolumeType: "io3" }),
  },
  {
    action: "ModifyVolume",
    code: "IncorrectState",
    message: /is in the 'creating' state and cannot be modified\.$/,
    ask: async (world) => ({ VolumeId: await world.make({}, 0), Size: "11" }),
  },
  {
    action: "ModifyVolume",
    code: "UnsupportedOperation",
    message: "Volumes of type io1 with Multi-Attach enabled cannot be modified.",
    ask: async (world) => ({
      VolumeId: await world.make({ VolumeType: "io1", Iops: "100", MultiAttachEnabled: "true" }),
      Size: "11",
    }),
  },
  {
    action: "ModifyVolume",
    code: "IncorrectModificationState",
    message: /^Volume vol-[0-9a-f]+ cannot be modified in modification state OPTIMIZING$/,
    ask: async (world) => {
      const id = await world.make();
      await world.done("ModifyVolume", { VolumeId: id, Size: "11" });
      world.advance(10);
      return { VolumeId: id, Size: "12" };
    },
  },
  {
    action: "ModifyVolume",
    code: "VolumeModificationRateExceeded",
    message: /^You've reached the maximum modification rate per volume limit\. Wait until 2026-01-02T/,
    ask: async (world) => {
      const id = await world.make();
      for (const Size of ["11", "11", "12", "13"]) {
        await world.done("ModifyVolume", { VolumeId: id, Size });
        world.advance(3600);
      }
      return { VolumeId: id, Size: "14" };
    },
  },
];
