import { z } from "zod";
import { fsTypes, isFsType } from "../../node/volume.ts";
import type { ParameterRules, Parameters } from "../backend.ts";
import { badParameter, type ParameterRule, parseParameters, trueOrFalse, wholeNumber } from "../parameter-rules.ts";
import { renderTemplate } from "./tag-template.ts";
import { checkKey, parseTag } from "./tags.ts";
import { type AskedSpeed, isVolumeType, type VolumeType, volumeTypeNames, volumeTypes } from "./volume-types.ts";

const { gp3, io1, io2 } = volumeTypes;
const letters = z.string().regex(/^[a-zA-Z0-9]{1,16}$/);

/** What a StorageClass of the EBS backend may say: everything that one of the upstream driver may. */
export const ebsParameters: readonly ParameterRule[] = [
  {
    key: "type",
    formerly: "volumeType",
    schema: z.string().toLowerCase().refine(isVolumeType),
    values: `one of ${volumeTypeNames.join(", ")}`,
    description:
      "The volume type. gp3 where none is given. Its former name in VolumeAttributesClasses, `volumeType`, counts too.",
    example: "io2",
    mutable: true,
  },
  {
    key: "iops",
    schema: wholeNumber(io1.iops.least, io2.iops.most),
    values: `a whole number; ${(["gp3", "io1", "io2"] as const).map((type) => `${type}: ${volumeTypes[type].iops.least} to ${volumeTypes[type].iops.most}`).join(", ")}`,
    description:
      "Operations per second, or as many as the size can have of them. gp3 has 3000 where none are given; io1 and io2 need it.",
    example: "4000",
    mutable: true,
  },
  {
    key: "iopsPerGB",
    schema: wholeNumber(1, io2.iops.perGiB),
    values: `a whole number; gp3: up to ${gp3.iops.perGiB}, io1: up to ${io1.iops.perGiB}, io2: up to ${io2.iops.perGiB}`,
    description:
      "Operations per second for each GiB, up to the most that the type and the size can have. Excludes `iops`.",
    example: "50",
    mutable: true,
  },
  {
    key: "allowAutoIOPSPerGBIncrease",
    schema: trueOrFalse,
    values: "true or false",
    description: "Raise the operations to the least that the type can have, where `iopsPerGB` gives fewer.",
    example: "true",
    mutable: false,
  },
  {
    key: "allowAutoIOPSIncreaseOnModify",
    schema: trueOrFalse,
    values: "true or false",
    description: "Raise the operations with the size when a volume with `iopsPerGB` grows.",
    example: "true",
    mutable: true,
  },
  {
    key: "throughput",
    schema: wholeNumber(gp3.throughput.least, gp3.throughput.most),
    values: `a whole number from ${gp3.throughput.least} to ${gp3.throughput.most}, in MiB per second; gp3 only`,
    description:
      "MiB per second, at most a quarter of the operations that are asked for; lowered where those are lowered.",
    example: "250",
    mutable: true,
  },
  {
    key: "encrypted",
    schema: trueOrFalse,
    values: "true or false",
    description: "Whether EBS encrypts the volume.",
    example: "true",
    mutable: false,
  },
  {
    key: "kmsKeyId",
    schema: z.string().min(1).max(2048),
    values: "the ARN, id or alias of a KMS key",
    description: "The key to encrypt with, instead of the account's default. Implies `encrypted`.",
    example: "alias/volumes",
    mutable: false,
  },
  {
    key: "blockExpress",
    schema: trueOrFalse,
    values: "true or false",
    description: "Accepted and without effect: every io2 volume is Block Express now.",
    example: "true",
    mutable: false,
  },
  {
    key: "volumeInitializationRate",
    schema: wholeNumber(100, 300),
    values: "a whole number from 100 to 300, in MiB per second",
    description: "How fast EBS fetches the blocks of a volume that is made from a snapshot.",
    example: "200",
    mutable: false,
  },
  {
    key: "blockAttachUntilInitialized",
    schema: trueOrFalse,
    values: "true or false",
    description: "Let pods wait until all blocks of a restored volume are fetched.",
    example: "true",
    mutable: false,
  },
  {
    key: "fsType",
    schema: z.string().toLowerCase().refine(isFsType),
    values: `one of ${fsTypes.join(", ")}`,
    description: "The filesystem to make, where the claim's capability does not say.",
    example: "xfs",
    mutable: false,
  },
  ...(
    [
      ["blockSize", "Block size of the filesystem (ext4, ext3, xfs).", "4096"],
      ["inodeSize", "Inode size (ext4, ext3, xfs).", "512"],
      ["bytesPerInode", "One inode for so many bytes (ext4, ext3).", "8192"],
      ["numberOfInodes", "How many inodes (ext4, ext3).", "100000"],
      ["ext4ClusterSize", "Cluster size of an ext4 with `ext4BigAlloc`.", "16384"],
    ] as const
  ).map(([key, description, example]) => ({
    key,
    schema: letters,
    values: "letters and digits",
    description,
    example,
    mutable: false,
  })),
  ...(
    [
      ["ext4BigAlloc", "Let ext4 allocate in clusters."],
      ["ext4EncryptionSupport", "Let ext4 encrypt directories (fscrypt)."],
    ] as const
  ).map(([key, description]) => ({
    key,
    schema: trueOrFalse,
    values: "true or false",
    description,
    example: "true",
    mutable: false,
  })),
  {
    key: "partition",
    schema: z.enum(["", "0"]),
    values: 'empty or "0"',
    description: "Accepted and without effect: what Kubernetes makes of classes of `kubernetes.io/aws-ebs`.",
    example: "0",
    mutable: false,
  },
];

/** What a VolumeSnapshotClass may say besides tags. */
export const ebsSnapshotParameters: readonly ParameterRule[] = [
  {
    key: "outpostArn",
    schema: z.string().regex(/^arn:[a-z-]+:outposts:[a-z0-9-]+:\d{12}:outpost\/op-[0-9a-f]{17}$/),
    values: "the ARN of an outpost",
    description: "Keep snapshots of volumes of that outpost on it, and not in its region.",
    example: "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0",
    mutable: false,
  },
];

/** The outpost that a snapshot's parameters name. */
export const outpostOf = (parameters: Parameters): { readonly OutpostArn?: string } => {
  const OutpostArn = parameters["outpostarn"];
  return OutpostArn === undefined ? {} : { OutpostArn };
};

/** Which names a tag template may use, by the key under which the sidecar tells them. */
const namesOfClaims = {
  "csi.storage.k8s.io/pvc/name": "PVCName",
  "csi.storage.k8s.io/pvc/namespace": "PVCNamespace",
  "csi.storage.k8s.io/pv/name": "PVName",
};
const namesOfSnapshots = {
  "csi.storage.k8s.io/volumesnapshot/name": "VolumeSnapshotName",
  "csi.storage.k8s.io/volumesnapshot/namespace": "VolumeSnapshotNamespace",
  "csi.storage.k8s.io/volumesnapshotcontent/name": "VolumeSnapshotContentName",
};
type Names = Readonly<Record<string, string>>;

export const ebsParameterRules: ParameterRules = {
  parse: (parameters) => parse(parameters, ebsParameters, namesOfClaims),
  parseMutable: (parameters) =>
    parse(
      parameters,
      ebsParameters.filter(({ mutable }) => mutable),
      namesOfClaims,
      true,
    ),
  parseForSnapshot: (parameters) => parse(parameters, ebsSnapshotParameters, namesOfSnapshots),
};

function parse(
  parameters: Parameters,
  rules: readonly ParameterRule[],
  names: Names,
  mayDeleteTags = false,
): Parameters {
  const [tags, others]: [Record<string, string>, Record<string, string>] = [{}, {}];
  const fields = Object.fromEntries(
    Object.entries(namesIn(parameters, names)).map(([key, value]) => [names[key] ?? "", value]),
  );
  for (const [key, value] of Object.entries(parameters)) {
    const lower = key.toLowerCase();
    if (lower.startsWith("tagspecification")) tags[lower] = tagOf(key, value, fields);
    else if (mayDeleteTags && lower.startsWith("tagdeletion")) {
      checkKey(value, key);
      tags[lower] = value;
    } else others[key] = value;
  }
  return Object.fromEntries(Object.entries({ ...parseParameters(rules, others), ...tags }).sort());
}

function tagOf(key: string, text: string, fields: Names): string {
  const { Key, Value } = parseTag(text, key);
  const rendered = `${Key}=${renderTemplate(Value, fields, key)}`;
  parseTag(rendered, key);
  return rendered;
}

const namesIn = (parameters: Parameters, names: Names): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([key]) => names[key] !== undefined));

/** The tags that parameters ask for. */
export const tagsAskedFor = (parameters: Parameters) =>
  Object.entries(parameters).flatMap(([key, value]) =>
    key.startsWith("tagspecification") ? [parseTag(value, key)] : [],
  );

/** The tags that they ask to take away. */
export const tagsToDelete = (parameters: Parameters): readonly string[] =>
  Object.entries(parameters).flatMap(([key, value]) => (key.startsWith("tagdeletion") ? [value] : []));

export const defaultType: VolumeType = "gp3";

export const askedSpeedOf = (parameters: Parameters): AskedSpeed => ({
  type: (parameters["type"] as VolumeType | undefined) ?? defaultType,
  iops: numberOf(parameters["iops"]),
  iopsPerGiB: numberOf(parameters["iopspergb"]),
  raise: parameters["allowautoiopspergbincrease"] === "true",
  throughput: numberOf(parameters["throughput"]),
});

const numberOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

export const notWith = (key: string, other: string) => badParameter(key, `is not possible with ${other}`);
