import { BackendError, type NodeId, type VolumeId } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";
import { attachmentAt } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { isId } from "./looks.ts";
import { poll } from "./poll.ts";
import { forgetReader, isReaderAt } from "./readers.ts";

/**
 * From a node, or from all: tells from which. What is not attached is done, and so is what is attached to an instance
 * that is gone. Where a describe shows nothing to detach it may lag behind, so that EC2 is told to detach all the same:
 * its refusal is what says that there is nothing.
 */
export async function detach(
  context: EbsContext,
  id: VolumeId,
  node: NodeId | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!isId(id, "vol") || context.recent.deleted.get(id)) return [];
  const volume = (await findVolume(context, id, signal)) ?? { VolumeId: id };
  const held = (volume.Attachments ?? []).filter(
    ({ InstanceId, State }) => State !== "detached" && (node === undefined || InstanceId === node),
  );
  const shown = held.flatMap(({ InstanceId = [] }) => InstanceId);
  for (const { InstanceId, State } of held)
    if (State !== "detaching") await detachFrom(context, id, InstanceId, signal);
  const hidden = held.length === 0 ? await detachFrom(context, id, node, signal) : [];
  await untilDetached(context, id, { shown, hidden }, signal);
  const readers = node === undefined ? [...shown, ...hidden] : [node];
  for (const reader of readers)
    if (isReaderAt(context, volume, reader)) await forgetReader(context, id, reader, signal);
  return readers;
}

/** Without a node: from the one that has it. Tells from which; none where EC2 has nothing to detach. */
async function detachFrom(
  { ec2 }: EbsContext,
  id: string,
  node: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (node !== undefined && !isId(node, "i")) return [];
  try {
    const { InstanceId = node } = await ec2.call("DetachVolume", { VolumeId: id, InstanceId: node }, signal);
    return InstanceId === undefined ? [] : [InstanceId];
  } catch (error) {
    // there is nothing to detach any more, or the instance is gone and its volumes with it
    const gone = [
      "IncorrectState",
      "InvalidAttachment.NotFound",
      "InvalidVolume.NotFound",
      "InvalidInstanceID.NotFound",
    ];
    if (!isEc2(error, ...gone)) throw error;
    return [];
  }
}

interface Leaving {
  readonly shown: readonly string[];
  /** EC2 began to detach it from there, though describes did not show it there yet. */
  readonly hidden: readonly string[];
}

/** What is hidden first has to be shown: until then, that a describe does not show it says nothing. */
async function untilDetached(
  context: EbsContext,
  id: VolumeId,
  { shown, hidden }: Leaving,
  signal: AbortSignal,
): Promise<void> {
  const nodes = [...shown, ...hidden];
  if (nodes.length === 0) return;
  const { now, looks, patience } = context;
  const began = now();
  let wasShown = hidden.length === 0;
  const done = await poll(
    async () => {
      const volume = await looks.volume(id, signal);
      const isThere = nodes.some((node) => volume !== undefined && attachmentAt(volume, node) !== undefined);
      wasShown ||= isThere;
      return (!isThere && (wasShown || now() - began > patience.missingMs)) || undefined;
    },
    { signal },
  );
  if (done) return;
  throw new BackendError(
    { kind: "busy", reason: "detaching" },
    `volume ${id} is still attached to ${nodes.join(", ")}; it may still be mounted there`,
  );
}
