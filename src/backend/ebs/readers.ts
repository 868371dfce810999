import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { EbsContext } from "./context.ts";
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
  const Tags = [{ Key: tagKeys.readOnlyAt + node, Value: "" }];
  await unlessForbidden<unknown>(context, forgetful, () =>
    context.ec2.call("CreateTags", { Resources: [id], Tags }, signal),
  );
  context.recent.readers.set(keyOf(id, node), true);
}

export async function forgetReader(context: EbsContext, id: string, node: string, signal: AbortSignal): Promise<void> {
  const Tags = [{ Key: tagKeys.readOnlyAt + node }];
  await unlessForbidden<unknown>(context, forgetful, () =>
    context.ec2.call("DeleteTags", { Resources: [id], Tags }, signal),
  );
  context.recent.readers.set(keyOf(id, node), false);
}

const keyOf = (id: string, node: string): string => `${id} ${node}`;

/** The node mounts it read-only all the same; only that a later call is told so is lost. */
const forgetful = {
  actions: "ec2:CreateTags and ec2:DeleteTags on volumes are",
  effect: "read-only publishing is not remembered",
  answer: undefined,
};
