import type { Volume as Ec2Volume, Instance, VolumeAttachment } from "@aws-sdk/client-ec2";
import { BackendError, type NodeId, noSuch, type VolumeId } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import type { DeviceNames } from "./device-names.ts";
import { isEc2 } from "./ec2-error.ts";
import { attachmentAt } from "./entries.ts";
import { findVolume } from "./find-volume.ts";

interface Target {
  readonly id: VolumeId;
  readonly node: NodeId;
  readonly instance: Instance;
}

/** Under the first free name; EC2 may know better which are taken. Returns the attachment as EC2 shows it. */
export async function attachUnder(
  context: EbsContext,
  names: DeviceNames,
  target: Target,
  signal: AbortSignal,
): Promise<VolumeAttachment> {
  const { id, node, instance } = target;
  const refused = new Set<string>();
  for (;;) {
    const name = takeName(context, names, target, refused);
    try {
      return await context.ec2.call("AttachVolume", { VolumeId: id, InstanceId: node, Device: name }, signal);
    } catch (error) {
      names.release(node, id);
      if (!isNameTaken(error)) return await judgeRefusal(context, { id, node, instance }, error, signal);
      names.doubt(node, name);
      refused.add(name);
    }
  }
}

function takeName(
  { attachLimit = Infinity }: EbsContext,
  names: DeviceNames,
  { id, node, instance }: Target,
  refused: ReadonlySet<string>,
): string {
  const { BlockDeviceMappings = [], RootDeviceName } = instance;
  const inUse = names.inUse(
    node,
    BlockDeviceMappings.flatMap(({ DeviceName = [] }) => DeviceName),
  );
  // the root volume is nobody's to attach
  const attached = [...inUse].filter((name) => name !== RootDeviceName).length;
  const name = attached < attachLimit ? names.take(node, id, new Set([...inUse, ...refused])) : undefined;
  if (name === undefined) throw tooMany(node, attached);
  return name;
}

const isNameTaken = (error: unknown): boolean =>
  isEc2(error, "InvalidParameterValue") && /already in use|not a valid .*device name/i.test(error.said);

const tooMany = (node: string, limit: number, cause?: unknown): BackendError =>
  new BackendError(
    { kind: "too-many-attachments", limit },
    `node ${node} has as many volumes attached as it can have`,
    { cause },
  );

/** What EC2 refused may have been done by an earlier call whose answer was lost; then all is well. */
async function judgeRefusal(
  context: EbsContext,
  { id, node, instance }: Target,
  error: unknown,
  signal: AbortSignal,
): Promise<VolumeAttachment> {
  if (isEc2(error, "AttachmentLimitExceeded")) throw tooMany(node, instance.BlockDeviceMappings?.length ?? 0, error);
  if (!isEc2(error, "VolumeInUse", "IncorrectState")) throw error;
  const now = await findVolume(context, id, signal);
  if (now === undefined) throw noSuch("volume", id);
  const attachment = attachmentAt(now, node);
  if (attachment !== undefined) return attachment;
  refuseElsewhere(now);
  throw new BackendError({ kind: "busy", reason: "attach" }, `volume ${id} cannot be attached now: ${error.said}`, {
    cause: error,
  });
}

/** Another node has it: Kubernetes asks again until that one has let go. */
export function refuseElsewhere(volume: Ec2Volume): void {
  const [holder] = volume.Attachments?.filter(({ State }) => State !== "detached") ?? [];
  if (holder === undefined || volume.MultiAttachEnabled) return;
  const { InstanceId: node = "", State } = holder;
  throw new BackendError(
    { kind: "attached-elsewhere", node },
    `volume ${volume.VolumeId} is ${State} at node ${node}, and can be at one node at a time`,
  );
}
