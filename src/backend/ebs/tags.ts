import { BackendError } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";

/** As the SDK has them. */
export interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** The names that the upstream driver uses, so that volumes of either are known to the other. */
export const tagKeys = {
  volumeName: "CSIVolumeName",
  snapshotName: "CSIVolumeSnapshotName",
  cluster: "ebs.csi.aws.com/cluster",
  iopsPerGiB: "ebs.csi.aws.com/IOPSPerGb",
  raiseOnGrowth: "ebs.csi.aws.com/AllowAutoIOPSIncreaseOnModify",
  /** How the volume was asked for; see record.ts. */
  record: "kura.dev/record",
  group: "kura.dev/group",
  /** With the id of the instance behind it: attached there for reading only. */
  readOnlyAt: "kura.dev/read-only-at/",
} as const;

/** What users may not set: it is the driver's, or AWS's. */
const reserved = [/^CSIVolume(Snapshot)?Name$/, /^kubernetes\.io/, /^ebs\.csi\.aws\.com\//, /^kura\.dev\//, /^aws:/i];

/** EC2's limits ("Tag your Amazon EC2 resources"): 50 tags, 128 characters a key, 256 a value. */
const mostTags = 50;
export const mostValueLength = 256;

export function parseTag(text: string, parameter: string): Tag & { readonly Key: string; readonly Value: string } {
  const at = text.indexOf("=");
  if (at < 1) throw badParameter(parameter, `${JSON.stringify(text)} is not of the form key=value`);
  const [Key, Value] = [text.slice(0, at), text.slice(at + 1)];
  checkKey(Key, parameter);
  if ([...Value].length > mostValueLength)
    throw badParameter(parameter, `the tag value has more than ${mostValueLength} characters`);
  return { Key, Value };
}

export function checkKey(key: string, parameter: string): void {
  if ([...key].length > 128) throw badParameter(parameter, "the tag key has more than 128 characters");
  if (reserved.some((pattern) => pattern.test(key)))
    throw badParameter(parameter, `the tag key ${key} is kept for the driver, Kubernetes or AWS`);
}

export function checkCount(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length <= mostTags) return tags;
  const problem = `needs ${tags.length} tags with those of the driver, and EC2 allows ${mostTags}`;
  throw new BackendError({ kind: "bad-parameter", key: "tagSpecification" }, `tagSpecification ${problem}`);
}

export const tagValue = (tags: readonly Tag[] | undefined, key: string): string | undefined =>
  tags?.find(({ Key }) => Key === key)?.Value;

/** In a filter `*` and `?` stand for anything, and a backslash takes that from them. */
export const literally = (text: string): string => text.replace(/[\\*?]/g, "\\$&");
