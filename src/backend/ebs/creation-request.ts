import type { Volume as Ec2Volume, TagSpecification } from "@aws-sdk/client-ec2";
import type { VolumeSpec } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import type { EbsContext } from "./context.ts";
import type { Actions } from "./ec2.ts";
import { GiB } from "./entries.ts";
import { askedSpeedOf, isEncrypted, tagsAskedFor } from "./parameters.ts";
import { recordOfCreation, recordTags } from "./record.ts";
import { checkCount, type Tag, tagKeys } from "./tags.ts";
import { rulesOf, speedOf } from "./volume-types.ts";

type Asked = Omit<Actions["CreateVolume"][0], "AvailabilityZone" | "SnapshotId">;

/** The request that a token goes with: the same every time it is asked for. */
export function creationRequest(
  { ec2 }: EbsContext,
  spec: VolumeSpec,
  zone: string,
  signal: AbortSignal,
): (token: string) => Promise<Ec2Volume> {
  const { source } = spec;
  const common = commonOf(spec);
  if (source?.kind === "volume") {
    return async (ClientToken) => {
      const input = { ...common, SourceVolumeId: source.id, ClientToken };
      return (await ec2.call("CopyVolumes", input, signal)).Volumes?.[0] ?? {};
    };
  }
  const from = source === undefined ? {} : { SnapshotId: source.id, ...rateOf(spec) };
  return (ClientToken) => ec2.call("CreateVolume", { ...common, ...from, AvailabilityZone: zone, ClientToken }, signal);
}

function commonOf(spec: VolumeSpec): Asked {
  const { parameters } = spec;
  const asked = askedSpeedOf(parameters);
  const Size = spec.sizeBytes / GiB;
  const { iops: Iops, throughput: Throughput } = speedOf(asked, Size);
  const Encrypted = isEncrypted(parameters);
  const KmsKeyId = parameters["kmskeyid"];
  return {
    Size,
    VolumeType: asked.type,
    ...(Iops === undefined ? {} : { Iops }),
    ...(Throughput === undefined ? {} : { Throughput }),
    ...(Encrypted === undefined ? {} : { Encrypted }),
    ...(KmsKeyId === undefined ? {} : { KmsKeyId }),
    ...(isForMany(spec) ? { MultiAttachEnabled: true } : {}),
    TagSpecifications: [tagsOf(spec)],
  };
}

/** Raw blocks that several nodes may hold; a filesystem would not survive it. */
const isForMany = ({ kinds, modes = [], parameters }: VolumeSpec): boolean =>
  kinds.every((kind) => kind === "block") &&
  modes.some((mode) => mode.startsWith("MULTI_NODE_")) &&
  rulesOf(askedSpeedOf(parameters).type).multiAttach === true;

function rateOf({ parameters }: VolumeSpec): Pick<Asked, "VolumeInitializationRate"> {
  const rate = parameters["volumeinitializationrate"];
  return rate === undefined ? {} : { VolumeInitializationRate: Number(rate) };
}

function tagsOf(spec: VolumeSpec): TagSpecification {
  const { name, parameters, source } = spec;
  if (parameters["volumeinitializationrate"] !== undefined && source?.kind !== "snapshot")
    throw badParameter("volumeInitializationRate", "needs a snapshot to restore");
  const perGiB = parameters["iopspergb"];
  const own: Tag[] = [
    { Key: tagKeys.volumeName, Value: name },
    { Key: tagKeys.cluster, Value: "true" },
    ...(perGiB === undefined ? [] : [{ Key: tagKeys.iopsPerGiB, Value: perGiB }]),
    ...(parameters["allowautoiopsincreaseonmodify"] === "true" ? [{ Key: tagKeys.raiseOnGrowth, Value: "true" }] : []),
    ...tagsOfClaim(spec),
    ...recordTags(recordOfCreation(spec)),
  ];
  return { ResourceType: "volume", Tags: [...checkCount([...own, ...tagsAskedFor(parameters)])] };
}

/** As the upstream driver has them: for whom a volume was made. */
function tagsOfClaim({ name, claim }: VolumeSpec): readonly Tag[] {
  if (claim === undefined) return [];
  const prefix = "kubernetes.io/created-for/";
  return [
    { Key: `${prefix}pvc/namespace`, Value: claim.namespace },
    { Key: `${prefix}pvc/name`, Value: claim.name },
    { Key: `${prefix}pv/name`, Value: name },
  ];
}
