import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { EbsContext } from "./context.ts";
import { isEc2 } from "./ec2-error.ts";
import { tagKeys, tagValue } from "./tags.ts";
import { unlessForbidden } from "./unless-forbidden.ts";

/**
 * EBS attaches for writing only, so that a volume was published to a node for reading is kept in a tag. It goes before
 * the attachment and is taken away after it: a crash in between leaves a tag that the next detach removes.
 */
export const isReaderAt = ({ recent }: EbsContext, volume: Ec2Volume, node: string): boolean =>
  recent.readers.get(keyOf(volume.VolumeId ?? "", node)) ??
  tagValue(volume.Tags, tagKeys.readOnlyAt + node) !== undefined;

export async function noteReader(context: EbsContext, id: string, node: string, signal: AbortSignal): Promise<void> {
  await unlessForbidden<unknown>(context, forgetful, () =>
    context.ec2.call("CreateTags", { Resources: [id], Tags: [tagOf(node)] }, signal),
  );
  context.recent.readers.set(keyOf(id, node), true);
}

export async function noteWriter(
  context: EbsContext,
  volume: Ec2Volume,
  node: string,
  signal: AbortSignal,
): Promise<void> {
  const { VolumeId: id = "" } = volume;
  if (isReaderAt(context, volume, node)) await forgetReader(context, id, node, signal);
  else context.recent.readers.set(keyOf(id, node), false);
}

export async function forgetReader(context: EbsContext, id: string, node: string, signal: AbortSignal): Promise<void> {
  const Tags = [{ Key: tagKeys.readOnlyAt + node }];
  await unlessForbidden<unknown>(context, forgetful, () =>
    context.ec2.call("DeleteTags", { Resources: [id], Tags }, signal),
  );
  context.recent.readers.set(keyOf(id, node), false);
}

/**
 * Whether it is sure that a volume without the tag was published for writing: where EC2 does not let us write the tag,
 * nobody knows.
 */
export async function isWriterAt(context: EbsContext, id: string, node: string, signal: AbortSignal): Promise<boolean> {
  if (context.recent.readers.get(keyOf(id, node)) === false) return true;
  const asked = { Resources: [id], Tags: [tagOf(node)], DryRun: true };
  const wouldDo = async () => {
    await context.ec2.call("CreateTags", asked, signal).catch((error: unknown) => {
      if (!isEc2(error, "DryRunOperation")) throw error;
    });
    return true;
  };
  return await unlessForbidden(context, { ...forgetful, answer: false }, wouldDo);
}

const tagOf = (node: string) => ({ Key: tagKeys.readOnlyAt + node, Value: "" });

const keyOf = (id: string, node: string): string => `${id} ${node}`;

/** The node mounts it read-only all the same; only that a later call is told so is lost. */
const forgetful = {
  actions: "ec2:CreateTags and ec2:DeleteTags on volumes are",
  effect: "read-only publishing is not remembered",
  answer: undefined,
};
