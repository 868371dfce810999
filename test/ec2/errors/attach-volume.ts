import { beside, elsewhere, here, zone } from "../support/simulator.ts";
import type { ErrorCase } from "./error-case.ts";
import { attached, ghost, missing, noInstance, noSuchInstance, notFound } from "./given.ts";

export const attachVolumeCases: readonly ErrorCase[] = [
  {
    action: "AttachVolume",
    code: "MissingParameter",
    message: missing("device"),
    ask: { VolumeId: ghost, InstanceId: here },
  },
  {
    action: "AttachVolume",
    code: "InvalidVolume.NotFound",
    message: notFound("volume", ghost),
    ask: { VolumeId: ghost, InstanceId: here, Device: "/dev/xvdba" },
  },
  {
    action: "AttachVolume",
    code: "InvalidInstanceID.Malformed",
    message: 'Invalid id: "x" (expecting "i-...")',
    ask: { VolumeId: ghost, InstanceId: "x", Device: "/dev/xvdba" },
  },
  {
    action: "AttachVolume",
    code: "InvalidInstanceID.NotFound",
    message: noSuchInstance,
    ask: async (world) => ({ VolumeId: await world.make(), InstanceId: noInstance, Device: "/dev/xvdba" }),
  },
  {
    action: "AttachVolume",
    code: "InvalidParameterValue",
    message: "Value (/dev/sdaa1x) for parameter device is invalid. /dev/sdaa1x is not a valid EBS device name.",
    ask: { VolumeId: ghost, InstanceId: here, Device: "/dev/sdaa1x" },
  },
  {
    action: "AttachVolume",
    code: "InvalidParameterValue",
    message: "Invalid value '/dev/xvdba' for unixDevice. Attachment point /dev/xvdba is already in use",
    ask: async (world) => {
      await attached(world);
      return { VolumeId: await world.make(), InstanceId: here, Device: "/dev/xvdba" };
    },
  },
  {
    action: "AttachVolume",
    code: "InvalidParameterCombination",
    message: /ebsCardIndex of 1 is not supported/,
    ask: { VolumeId: ghost, InstanceId: here, Device: "/dev/xvdba", EbsCardIndex: "1" },
  },
  {
    action: "AttachVolume",
    code: "IncorrectState",
    message: /^vol-[0-9a-f]+ is not 'available'\.$/,
    ask: async (world) => ({ VolumeId: await world.make({}, 0), InstanceId: here, Device: "/dev/xvdba" }),
  },
  {
    action: "AttachVolume",
    code: "VolumeInUse",
    message: /^vol-[0-9a-f]+ is already attached to an instance$/,
    ask: async (world) => ({ VolumeId: await attached(world), InstanceId: beside, Device: "/dev/xvdba" }),
  },
  {
    action: "AttachVolume",
    code: "InvalidVolume.ZoneMismatch",
    message: new RegExp(`is not in the same availability zone as instance '${elsewhere}'$`),
    ask: async (world) => ({ VolumeId: await world.make(), InstanceId: elsewhere, Device: "/dev/xvdba" }),
  },
  {
    action: "AttachVolume",
    code: "OperationNotPermitted",
    message: /^Cannot attach volume vol-[0-9a-f]+ when it is in modification state: MODIFYING$/,
    ask: async (world) => {
      const id = await world.make();
      await world.done("ModifyVolume", { VolumeId: id, Size: "11" });
      return { VolumeId: id, InstanceId: here, Device: "/dev/xvdba" };
    },
  },
  {
    action: "AttachVolume",
    code: "UnsupportedOperation",
    message: "Multi-Attach is not supported for the instance type t2.micro.",
    ask: async (world) => {
      const id = await world.make({ VolumeType: "io2", Iops: "100", MultiAttachEnabled: "true" });
      return { VolumeId: id, InstanceId: "i-00000000000000009", Device: "/dev/xvdba" };
    },
    options: { instances: [{ id: "i-00000000000000009", type: "t2.micro", zone }] },
  },
  {
    action: "AttachVolume",
    code: "AttachmentLimitExceeded",
    message: `Volume attachment limit of instance '${here}' is reached: m5.large takes 27 volumes.`,
    ask: async (world) => {
      for (let index = 0; index < 27; index += 1) {
        const [group, letter] = [index < 26 ? "b" : "c", String.fromCharCode(97 + (index % 26))];
        await world.attach(await world.make(), `/dev/xvd${group}${letter}`);
      }
      return { VolumeId: await world.make(), InstanceId: here, Device: "/dev/xvddd" };
    },
  },
];
