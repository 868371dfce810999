import type { Volume as Ec2Volume, Instance, VolumeAttachment } from "@aws-sdk/client-ec2";
import {
  type Attachments,
  type AttachWish,
  BackendError,
  type NodeId,
  noSuch,
  type PublishContext,
  type VolumeId,
} from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { detach } from "./detach.ts";
import { DeviceNames } from "./device-names.ts";
import { Ec2Error, isEc2 } from "./ec2-error.ts";
import { attachmentAt, volumeOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { poll } from "./poll.ts";
import { forgetReader, isReaderAt, noteReader } from "./readers.ts";
import { untilInitialized } from "./until-initialized.ts";

export function ebsAttachments(context: EbsContext): Attachments {
  const names = new DeviceNames(context.patience.consistencyMs, context.now);
  return {
    attach: (wish, signal) => attach(context, names, wish, signal),
    async detach(volume, node, signal) {
      for (const left of await detach(context, volume, node, signal)) names.release(left, volume);
    },
  };
}

async function attach(
  context: EbsContext,
  names: DeviceNames,
  wish: AttachWish,
  signal: AbortSignal,
): Promise<PublishContext> {
  const { volume: id, node } = wish;
  const [volume, instance] = await Promise.all([findVolume(context, id, signal), context.looks.instance(node, signal)]);
  if (volume === undefined) throw noSuch("volume", id);
  if (instance === undefined || instance.State?.Name === "terminated") throw noSuch("node", node);
  if (wish.capability.mode === "MULTI_NODE_MULTI_WRITER" && !volume.MultiAttachEnabled)
    throw new BackendError({ kind: "unfit", reason: "one at a time" }, `volume ${id} was not made for several nodes`);
  const attachment = attachmentAt(volume, node);
  if (attachment === undefined) {
    refuseElsewhere(volume);
    if (wish.readOnly) await noteReader(context, id, node, signal);
    else if (isReaderAt(context, volume, node)) await forgetReader(context, id, node, signal);
    await attachUnder(context, names, { id, node, instance }, signal);
  } else checkSame(context, volume, wish);
  const attached = await untilAttached(context, id, node, signal);
  const { parameters } = volumeOf(volume).creation;
  if (parameters["blockattachuntilinitialized"] === "true") await untilInitialized(context, id, signal);
  return { devicePath: attached.Device ?? "", ...(wish.readOnly ? { readOnly: "true" } : {}) };
}

/** Another node has it: Kubernetes asks again until that one has let go. */
function refuseElsewhere(volume: Ec2Volume): void {
  const [holder] = volume.Attachments?.filter(({ State }) => State !== "detached") ?? [];
  if (holder === undefined || volume.MultiAttachEnabled) return;
  const { InstanceId: node = "", State } = holder;
  throw new BackendError(
    { kind: "attached-elsewhere", node },
    `volume ${volume.VolumeId} is ${State} at node ${node}, and can be at one node at a time`,
  );
}

function checkSame(context: EbsContext, volume: Ec2Volume, { node, readOnly }: AttachWish): void {
  const isReader = isReaderAt(context, volume, node);
  if (isReader === readOnly) return;
  throw new BackendError(
    { kind: "attached-differently" },
    `volume ${volume.VolumeId} is published to node ${node} ${isReader ? "read-only" : "for writing"}`,
  );
}

interface Target {
  readonly id: VolumeId;
  readonly node: NodeId;
  readonly instance: Instance;
}

/** Under the first free name; EC2 may know better which are taken. */
async function attachUnder(
  context: EbsContext,
  names: DeviceNames,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const { id, node, instance } = target;
  for (;;) {
    const name = takeName(context, names, target);
    try {
      await context.ec2.call("AttachVolume", { VolumeId: id, InstanceId: node, Device: name }, signal);
      return;
    } catch (error) {
      names.release(node, id);
      if (!isNameTaken(error)) return await judgeRefusal(context, { id, node, instance }, error, signal);
      names.doubt(node, name);
    }
  }
}

function takeName({ attachLimit = Infinity }: EbsContext, names: DeviceNames, { id, node, instance }: Target): string {
  const { BlockDeviceMappings = [], RootDeviceName } = instance;
  const inUse = names.inUse(
    node,
    BlockDeviceMappings.flatMap(({ DeviceName = [] }) => DeviceName),
  );
  // the root volume is nobody's to attach
  const attached = [...inUse].filter((name) => name !== RootDeviceName).length;
  const name = attached < attachLimit ? names.take(node, id, inUse) : undefined;
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
): Promise<void> {
  if (isEc2(error, "AttachmentLimitExceeded")) throw tooMany(node, instance.BlockDeviceMappings?.length ?? 0, error);
  if (!isEc2(error, "VolumeInUse", "IncorrectState")) throw error;
  const now = await findVolume(context, id, signal);
  if (now === undefined) throw noSuch("volume", id);
  if (attachmentAt(now, node) !== undefined) return;
  refuseElsewhere(now);
  throw new BackendError({ kind: "busy", reason: "attach" }, `volume ${id} cannot be attached now: ${error.said}`, {
    cause: error,
  });
}

async function untilAttached(
  context: EbsContext,
  id: VolumeId,
  node: NodeId,
  signal: AbortSignal,
): Promise<VolumeAttachment> {
  const attached = await poll(
    async () => {
      const volume = await context.looks.volume(id, signal);
      const attachment = volume && attachmentAt(volume, node);
      if (attachment?.State === "attached") return attachment;
      if (attachment?.State === "detaching" || attachment?.State === "busy") throw onItsWayOut(id, node);
      const since = attachment?.AttachTime?.getTime() ?? context.now();
      if (context.now() - since > context.patience.attachingMs) await giveUp(context, id, node, signal);
      return undefined;
    },
    { signal },
  );
  if (attached === undefined)
    throw new BackendError({ kind: "busy", reason: "attaching" }, `volume ${id} is still being attached; try again`);
  return attached;
}

const onItsWayOut = (id: string, node: string): BackendError =>
  new BackendError(
    { kind: "busy", reason: "detaching" },
    `volume ${id} is being detached from node ${node}; it can be attached once that is done`,
  );

/** An attachment that never gets done holds its place and its name until somebody takes it away. */
async function giveUp({ ec2 }: EbsContext, id: string, node: string, signal: AbortSignal): Promise<never> {
  await ec2.call("DetachVolume", { VolumeId: id, InstanceId: node }, signal).catch((error: unknown) => {
    if (!(error instanceof Ec2Error)) throw error;
  });
  throw new BackendError(
    { kind: "busy", reason: "stuck" },
    `the attachment of volume ${id} to node ${node} is stuck in attaching; it is being taken back, try again`,
  );
}
