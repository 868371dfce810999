import { beside } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import { attached, ghost, missing, noInstance, noSuchInstance, notFound } from "./given.ts";

export const detachVolumeCases: readonly ErrorCase[] = [
  { action: "DetachVolume", code: "MissingParameter", message: missing("volumeId"), ask: {} },
  {
    action: "DetachVolume",
    code: "InvalidParameterValue",
    message: "Value (maybe) for parameter force is invalid. Expected: 'true' or 'false'.",
    ask: { VolumeId: ghost, Force: "maybe" },
  },
  {
    action: "DetachVolume",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { VolumeId: ghost },
  },
  {
    action: "DetachVolume",
    code: "InvalidInstanceID.Malformed",
    message: 'Invalid id: "x" (expecting "i-...")',
    ask: { VolumeId: ghost, InstanceId: "x" },
  },
  {
    action: "DetachVolume",
    code: "InvalidInstanceID.NotFound",
    message: noSuchInstance,
    ask: async (world) => ({ VolumeId: await world.make(), InstanceId: noInstance }),
  },
  {
    action: "DetachVolume",
    code: "IncorrectState",
    message: /^Volume 'vol-[0-9a-f]+'is in the 'available' state\.$/,
    ask: async (world) => ({ VolumeId: await world.make() }),
  },
  {
    action: "DetachVolume",
    code: "InvalidAttachment.NotFound",
    message: new RegExp(`is not attached to instance '${beside}'\\.$`),
    ask: async (world) => ({ VolumeId: await attached(world), InstanceId: beside }),
  },
  {
    action: "DetachVolume",
    code: "InvalidParameterCombination",
    message: /is attached to more than one instance: name one\.$/,
    ask: async (world) => {
      const id = await attached(world, { VolumeType: "io2", Iops: "100", MultiAttachEnabled: "true" });
      await world.attach(id, "/dev/xvdba", beside);
      return { VolumeId: id };
    },
  },
];
