import type { Volume as Ec2Volume, TagSpecification } from "@aws-sdk/client-ec2";
import type { VolumeSpec } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import type { EbsContext } from "./context.ts";
import type { Actions } from "./ec2.ts";
import { encryptionOf, encryptionOfCopy } from "./encryption.ts";
import { GiB } from "./entries.ts";
import { askedSpeedOf, tagsAskedFor } from "./parameters.ts";
import { recordOfCreation, recordTags } from "./record.ts";
import { checkCount, type Tag, tagKeys } from "./tags.ts";
import { rulesOf, speedOf } from "./volume-types.ts";

/** Where a volume is made, and the volume that it copies. */
export interface Birthplace {
  readonly zone: string;
  readonly copied: Ec2Volume | undefined;
}

/** The request that a token goes with: the same every time it is asked for. */
export function creationRequest(
  { ec2 }: EbsContext,
  spec: VolumeSpec,
  { zone, copied }: Birthplace,
  signal: AbortSignal,
): (token: string) => Promise<Ec2Volume> {
  const { source, parameters } = spec;
  const common = commonOf(spec);
  if (copied !== undefined) {
    return async (ClientToken) => {
      const how = { ...common, ...encryptionOfCopy(parameters, copied) };
      const input = { ...how, SourceVolumeId: copied.VolumeId, ClientToken };
      return (await ec2.call("CopyVolumes", input, signal)).Volumes?.[0] ?? {};
    };
  }
  const from = source === undefined ? {} : { SnapshotId: source.id, ...rateOf(spec) };
  const input = { ...common, ...encryptionOf(parameters), ...from, AvailabilityZone: zone };
  return (ClientToken) => ec2.call("CreateVolume", { ...input, ClientToken }, signal);
}

/** What CreateVolume and CopyVolumes are both told. */
type Common = Omit<Actions["CopyVolumes"][0], "SourceVolumeId">;

function commonOf(spec: VolumeSpec): Common {
  const { parameters } = spec;
  const asked = askedSpeedOf(parameters);
  const Size = spec.sizeBytes / GiB;
  const { iops: Iops, throughput: Throughput } = speedOf(asked, Size);
  return {
    Size,
    VolumeType: asked.type,
    ...(Iops === undefined ? {} : { Iops }),
    ...(Throughput === undefined ? {} : { Throughput }),
    ...(isForMany(spec) ? { MultiAttachEnabled: true } : {}),
    TagSpecifications: [tagsOf(spec)],
  };
}

/** Raw blocks that several nodes may hold; a filesystem would not survive it. */
const isForMany = ({ kinds, modes = [], parameters }: VolumeSpec): boolean =>
  kinds.every((kind) => kind === "block") &&
  modes.some((mode) => mode.startsWith("MULTI_NODE_")) &&
  rulesOf(askedSpeedOf(parameters).type).multiAttach === true;

function rateOf({ parameters }: VolumeSpec): Pick<Actions["CreateVolume"][0], "VolumeInitializationRate"> {
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
