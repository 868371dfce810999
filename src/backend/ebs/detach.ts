import { BackendError, type NodeId, type VolumeId } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";
import { attachmentAt } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { poll } from "./poll.ts";
import { forgetReader, isReaderAt } from "./readers.ts";

/**
 * From a node, or from all: tells from which. What is not attached is done, and so is what is attached to an instance
 * that is gone.
 */
export async function detach(
  context: EbsContext,
  id: VolumeId,
  node: NodeId | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const volume = await findVolume(context, id, signal);
  if (volume === undefined) return [];
  const held = (volume.Attachments ?? []).filter(
    ({ InstanceId, State }) => State !== "detached" && (node === undefined || InstanceId === node),
  );
  const nodes = held.flatMap(({ InstanceId = [] }) => InstanceId);
  for (const { InstanceId = "", State } of held)
    if (State !== "detaching") await detachFrom(context, id, InstanceId, signal);
  await untilDetached(context, id, nodes, signal);
  const readers = node === undefined ? nodes : [node];
  for (const reader of readers)
    if (isReaderAt(context, volume, reader)) await forgetReader(context, id, reader, signal);
  return readers;
}

async function detachFrom({ ec2 }: EbsContext, id: string, node: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.call("DetachVolume", { VolumeId: id, InstanceId: node }, signal);
  } catch (error) {
    // there is nothing to detach any more, or the instance is gone and its volumes with it
    const gone = [
      "IncorrectState",
      "InvalidAttachment.NotFound",
      "InvalidVolume.NotFound",
      "InvalidInstanceID.NotFound",
    ];
    if (!isEc2(error, ...gone)) throw error;
  }
}

async function untilDetached(
  context: EbsContext,
  id: VolumeId,
  nodes: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (nodes.length === 0) return;
  const done = await poll(
    async () => {
      const volume = await context.looks.volume(id, signal);
      return nodes.every((node) => volume === undefined || attachmentAt(volume, node) === undefined) || undefined;
    },
    { signal },
  );
  if (done) return;
  throw new BackendError(
    { kind: "busy", reason: "detaching" },
    `volume ${id} is still attached to ${nodes.join(", ")}; it may still be mounted there`,
  );
}
