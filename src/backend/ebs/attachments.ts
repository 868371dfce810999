import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import { type Attachments, type AttachWish, BackendError, noSuch, type PublishContext } from "../backend.ts";
import { attachUnder, refuseElsewhere } from "./attach-under.ts";
import type { EbsContext } from "./context.ts";
import { detach } from "./detach.ts";
import { DeviceNames } from "./device-names.ts";
import { attachmentAt, volumeOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { isReaderAt, isWriterAt, noteReader, noteWriter } from "./readers.ts";
import { untilAttached } from "./until-attached.ts";
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
  let shown = attachmentAt(volume, node);
  if (shown === undefined) {
    refuseElsewhere(volume);
    if (wish.readOnly) await noteReader(context, id, node, signal);
    else await noteWriter(context, volume, node, signal);
    shown = await attachUnder(context, names, { id, node, instance }, signal);
  } else await checkSame(context, volume, wish, signal);
  const attached = await untilAttached(context, { id, node, shown }, signal);
  const { parameters } = volumeOf(volume).creation;
  if (parameters["blockattachuntilinitialized"] === "true") await untilInitialized(context, id, signal);
  return { devicePath: attached.Device ?? "", ...(wish.readOnly ? { readOnly: "true" } : {}) };
}

async function checkSame(
  context: EbsContext,
  volume: Ec2Volume,
  { volume: id, node, readOnly }: AttachWish,
  signal: AbortSignal,
): Promise<void> {
  const isReader = isReaderAt(context, volume, node);
  if (isReader === readOnly) return;
  if (!isReader && !(await isWriterAt(context, id, node, signal))) return;
  throw new BackendError(
    { kind: "attached-differently" },
    `volume ${id} is published to node ${node} ${isReader ? "read-only" : "for writing"}`,
  );
}
