import { attachLimitOf } from "../../instance-types.ts";
import { defineAction, type Ec2 } from "../action.ts";
import { attachmentBody } from "../bodies/volume.ts";
import { invalidCombination, refused } from "../error.ts";
import { checkDeviceName } from "../limits/device-name.ts";
import { mostSharers } from "../limits/volume-types.ts";
import { saveVolume } from "../volumes/save.ts";
import { parseInstanceId, parseVolumeId } from "../world/ids.ts";
import type { InstanceRecord, VolumeRecord } from "../world/records.ts";
import { attachmentsOf, modificationState, shapeAt, volumeState } from "../world/states.ts";

interface Wish {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly device: string;
}

/** AttachVolume: to an instance of the same zone, as a device that it has not taken yet. Answered while `attaching`. */
export const attachVolume = defineAction<Wish>({
  name: "AttachVolume",
  mutates: true,
  errors: [
    "AttachmentLimitExceeded",
    "IncorrectState",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidVolume.NotFound",
    "InvalidVolume.ZoneMismatch",
    "MissingParameter",
    "OperationNotPermitted",
    "UnsupportedOperation",
    "VolumeInUse",
  ],

  parse(parameters) {
    const wish = {
      volumeId: parseVolumeId(parameters.required("VolumeId")),
      instanceId: parseInstanceId(parameters.required("InstanceId")),
      device: parameters.required("Device"),
    };
    checkDeviceName(wish.device, []);
    const card = parameters.integer("EbsCardIndex");
    if (card !== undefined && card !== 0)
      throw invalidCombination(
        `The parameter ebsCardIndex of ${card} is not supported: instances have one EBS card, 0.`,
      );
    return wish;
  },

  touches: ({ volumeId, instanceId }) => [
    { kind: "volume", id: volumeId },
    { kind: "instance", id: instanceId },
  ],

  async run({ volumeId, instanceId, device }, ec2, { region, fire }) {
    const { world, durations } = ec2;
    const volume = world.needVolume(volumeId, region);
    const instance = world.needInstance(instanceId, region);
    checkVolume(volume, ec2);
    checkSharing(volume, instance, ec2);
    checkInstance(volume, instance, device, ec2);
    const { now } = world;
    const record = {
      instanceId,
      device,
      askedAt: now,
      attachedAt: now + durations.attach,
      stuckBy: fire("stuck-attaching")?.id,
    };
    const others = attachmentsOf(volume, world.moment()).map((attachment) => attachment.record);
    await saveVolume({ ...volume, attachments: [...others, record] }, ec2);
    return attachmentBody(volumeId, { record, state: "attaching" });
  },
});

function checkVolume(volume: VolumeRecord, { world }: Ec2): void {
  const state = volumeState(volume, world.moment());
  if (state !== "available" && state !== "in-use") throw refused("IncorrectState", `${volume.id} is not 'available'.`);
  const last = volume.modifications.at(-1);
  if (last !== undefined && modificationState(last, world.now) === "modifying") {
    throw refused(
      "OperationNotPermitted",
      `Cannot attach volume ${volume.id} when it is in modification state: MODIFYING`,
    );
  }
}

function checkSharing(volume: VolumeRecord, instance: InstanceRecord, { world }: Ec2): void {
  const attached = attachmentsOf(volume, world.moment());
  const isShared = shapeAt(volume, world.now).multiAttach;
  if (isShared && !attachLimitOf(instance.type).isNitro)
    throw refused("UnsupportedOperation", `Multi-Attach is not supported for the instance type ${instance.type}.`);
  if (attached.length === 0) return;
  if (!isShared || attached.some(({ record }) => record.instanceId === instance.id))
    throw refused("VolumeInUse", `${volume.id} is already attached to an instance`);
  if (attached.length >= mostSharers)
    throw refused(
      "AttachmentLimitExceeded",
      `${volume.id} is attached to ${mostSharers} instances, the most there may be.`,
    );
}

function checkInstance(volume: VolumeRecord, instance: InstanceRecord, device: string, { world }: Ec2): void {
  if (volume.zone !== instance.zone) {
    throw refused(
      "InvalidVolume.ZoneMismatch",
      `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
    );
  }
  const attached = world.attachedTo(instance.id);
  checkDeviceName(
    device,
    attached.map(({ attachment }) => attachment.record.device),
  );
  const limit = attachLimitOf(instance.type).volumes;
  if (attached.length >= limit) {
    throw refused(
      "AttachmentLimitExceeded",
      `Volume attachment limit of instance '${instance.id}' is reached: ${instance.type} takes ${limit} volumes.`,
    );
  }
}
