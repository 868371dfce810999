import type { AttachmentRecord, VolumeRecord } from "../../pool/records.ts";
import { type Attachments, type AttachWish, BackendError, noSuch, type PublishContext } from "../backend.ts";
import type { LocalParts } from "./context.ts";
import { needVolume, readable } from "./entries.ts";
import { updateVolume } from "./update.ts";

/** Local volumes need no attaching; with --attach they have it all the same, so that the whole life of a volume can be seen. */
export function localAttachments(context: LocalParts): Attachments {
  const { pool, nodeId, limit } = context;

  async function attach(wish: AttachWish, signal: AbortSignal): Promise<PublishContext> {
    const record = needVolume(pool, wish.volume);
    if (wish.node !== nodeId) throw noSuch("node", wish.node);
    const attachment = attachmentOf(wish);
    const existing = record.attachments.find(({ node }) => node === wish.node);
    if (existing !== undefined) {
      if (existing.readOnly === attachment.readOnly && existing.capability === attachment.capability)
        return publishContext;
      throw new BackendError(
        { kind: "attached-differently" },
        `volume ${wish.volume} is published to node ${wish.node} ${existing.readOnly ? "read-only" : "for writing"} as ${existing.capability}`,
      );
    }
    const attached = { ...record, attachments: [...record.attachments, attachment] };
    await limit.oneMore(wish.volume, () => updateVolume(context, attached, signal));
    return publishContext;
  }

  async function detach(id: string, node: string | undefined, signal: AbortSignal): Promise<void> {
    const record = readable(pool.volumes.get(id));
    if (record === undefined) return;
    const attachments = record.attachments.filter((attachment) => node !== undefined && attachment.node !== node);
    if (attachments.length === record.attachments.length) return;
    await updateVolume(context, { ...record, attachments }, signal);
  }

  return { attach, detach };
}

/** What the node is handed: nothing that it does not know already. */
const publishContext: PublishContext = { "kura.dev/attached": "true" };

const attachmentOf = ({ node, readOnly, capability: { access, mode } }: AttachWish): AttachmentRecord => ({
  node,
  readOnly,
  capability:
    access.kind === "block"
      ? `block ${mode}`
      : `mount ${mode}${access.fsType === undefined ? "" : ` ${access.fsType}`}`,
});

/** Attached for reading only, so that not even root on the node can write. */
export const isAttachedReadOnly = (record: VolumeRecord, node: string): boolean =>
  record.attachments.some((attachment) => attachment.node === node && attachment.readOnly);
