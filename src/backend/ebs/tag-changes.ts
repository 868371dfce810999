import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import type { Parameters } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { tagsAskedFor, tagsToDelete } from "./parameters.ts";
import { type Tag, tagKeys, tagValue } from "./tags.ts";
import { unlessForbidden } from "./unless-forbidden.ts";

const untagged = {
  actions: "ec2:CreateTags and ec2:DeleteTags on volumes that are there already are",
  effect: "a volume is modified, and its tags stay as they are",
  answer: undefined,
};

/**
 * Tags come after the volume itself was changed, so that what EC2 refuses leaves them as they were. That change cannot be
 * taken back, so tags that are not allowed end only a request for nothing but tags.
 */
export async function changeTags(
  context: EbsContext,
  volume: Ec2Volume,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<void> {
  const change = () => makeChanges(context, volume, parameters, signal);
  const isOnlyTags = Object.keys(parameters).every((key) => key.startsWith("tag"));
  await (isOnlyTags ? change() : unlessForbidden(context, untagged, change));
}

async function makeChanges(
  { ec2 }: EbsContext,
  volume: Ec2Volume,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<void> {
  const Resources = [volume.VolumeId ?? ""];
  const wished: readonly Tag[] = [
    ...tagsAskedFor(parameters),
    ...ownTag(tagKeys.iopsPerGiB, parameters["iopspergb"]),
    ...ownTag(tagKeys.raiseOnGrowth, parameters["allowautoiopsincreaseonmodify"]),
  ];
  const news = wished.filter(({ Key = "", Value }) => tagValue(volume.Tags, Key) !== Value);
  if (news.length > 0) await ec2.call("CreateTags", { Resources, Tags: news }, signal);
  const gone = tagsToDelete(parameters).filter((key) => tagValue(volume.Tags, key) !== undefined);
  if (gone.length > 0) await ec2.call("DeleteTags", { Resources, Tags: gone.map((Key) => ({ Key })) }, signal);
}

const ownTag = (Key: string, Value: string | undefined): readonly Tag[] =>
  Value === undefined ? [] : [{ Key, Value }];
