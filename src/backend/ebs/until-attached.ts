import type { VolumeAttachment } from "@aws-sdk/client-ec2";
import { BackendError, type NodeId, type VolumeId } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { Ec2Error } from "./ec2-error.ts";
import { attachmentAt } from "./entries.ts";
import { poll } from "./poll.ts";

interface Wanted {
  readonly id: VolumeId;
  readonly node: NodeId;
  /** As EC2 has just shown it. */
  readonly shown: VolumeAttachment;
}

/** Waits until EC2 calls it attached, as it may have done already. One that never gets there is taken back. */
export async function untilAttached(
  context: EbsContext,
  { id, node, shown }: Wanted,
  signal: AbortSignal,
): Promise<VolumeAttachment> {
  const attached = await poll(
    async (round) => {
      const attachment: VolumeAttachment | undefined = round === 0 ? shown : await look(context, id, node, signal);
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

async function look(context: EbsContext, id: VolumeId, node: NodeId, signal: AbortSignal) {
  const volume = await context.looks.volume(id, signal);
  return volume && attachmentAt(volume, node);
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
