import { defineAction, type Ec2 } from "../action.ts";
import { attachmentBody } from "../bodies/volume.ts";
import { invalidCombination, refused } from "../error.ts";
import { saveVolume } from "../volumes/save.ts";
import { parseInstanceId, parseVolumeId } from "../world/ids.ts";
import type { AttachmentRecord, DetachRecord, VolumeRecord } from "../world/records.ts";
import { type Attachment, attachmentsOf } from "../world/states.ts";

interface Wish {
  readonly volumeId: string;
  readonly instanceId: string | undefined;
  readonly device: string | undefined;
  readonly force: boolean;
}

/**
 * DetachVolume: the device is taken away once nobody uses it; until then the attachment is `busy`. With Force it goes
 * at once, and what was not written is lost.
 */
export const detachVolume = defineAction<Wish>({
  name: "DetachVolume",
  mutates: true,
  errors: [
    "IncorrectState",
    "InvalidAttachment.NotFound",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidVolume.NotFound",
    "MissingParameter",
  ],

  parse(parameters) {
    const instanceId = parameters.text("InstanceId");
    return {
      volumeId: parseVolumeId(parameters.required("VolumeId")),
      instanceId: instanceId === undefined ? undefined : parseInstanceId(instanceId),
      device: parameters.text("Device"),
      force: parameters.boolean("Force") ?? false,
    };
  },

  touches: ({ volumeId, instanceId }) => [
    { kind: "volume", id: volumeId },
    ...(instanceId === undefined ? [] : [{ kind: "instance" as const, id: instanceId }]),
  ],

  async run(wish, ec2, { region, fire }) {
    const { world, durations } = ec2;
    const volume = world.needVolume(wish.volumeId, region);
    if (wish.instanceId !== undefined) world.needInstance(wish.instanceId, region);
    const { record } = theOne(volume, wish, ec2);
    // whoever forces it gets it out of a state that it is stuck in
    const stuckBy = () => {
      if (wish.force) return undefined;
      return record.detach === undefined ? fire("stuck-detaching")?.id : record.detach.stuckBy;
    };
    const detach = {
      doneAt: record.detach?.doneAt ?? world.now + durations.detach,
      force: wish.force || record.detach?.force === true,
      stuckBy: stuckBy(),
    };
    await saveVolume(withDetach(volume, record, detach), ec2);
    return attachmentBody(volume.id, { record, state: "detaching" });
  },
});

const withDetach = (volume: VolumeRecord, record: AttachmentRecord, detach: DetachRecord): VolumeRecord => ({
  ...volume,
  attachments: volume.attachments.map((other) => (other === record ? { ...record, detach } : other)),
});

function theOne(volume: VolumeRecord, { instanceId, device }: Wish, { world }: Ec2): Attachment {
  const attached = attachmentsOf(volume, world.moment());
  if (attached.length === 0) throw refused("IncorrectState", `Volume '${volume.id}'is in the 'available' state.`);
  if (instanceId === undefined && attached.length > 1)
    throw invalidCombination(`The volume '${volume.id}' is attached to more than one instance: name one.`);
  const found = attached.find(
    ({ record }) =>
      (instanceId ?? record.instanceId) === record.instanceId && (device ?? record.device) === record.device,
  );
  if (found !== undefined) return found;
  const where = `${instanceId === undefined ? "" : ` to instance '${instanceId}'`}${device === undefined ? "" : ` as device '${device}'`}`;
  throw refused("InvalidAttachment.NotFound", `The volume '${volume.id}' is not attached${where}.`);
}
