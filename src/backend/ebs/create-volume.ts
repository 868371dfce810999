import type { Volume as Ec2Volume, TagSpecification } from "@aws-sdk/client-ec2";
import { BackendError, noSuch, type VolumeSpec } from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import type { EbsContext } from "./context.ts";
import type { Actions } from "./ec2.ts";
import { isEc2 } from "./ec2-error.ts";
import { GiB } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { askedSpeedOf, isEncrypted, tagsAskedFor } from "./parameters.ts";
import { recordOfCreation, recordTags } from "./record.ts";
import { checkCount, type Tag, tagKeys } from "./tags.ts";
import { saysDeleted, tokenOf } from "./token.ts";
import { removeFailed, untilUsable } from "./until-usable.ts";
import { rulesOf, speedOf } from "./volume-types.ts";

/** Makes the volume in the first allowed zone that has room. The caller has found none of that name. */
export async function createVolume(context: EbsContext, spec: VolumeSpec, signal: AbortSignal): Promise<Ec2Volume> {
  await removeFailures(context, spec.name, signal);
  let refusal: unknown;
  for (const zone of await zonesFor(context, spec, signal)) {
    try {
      return await createIn(context, spec, zone, signal);
    } catch (error) {
      if (!isEc2(error, "InsufficientVolumeCapacity", "VolumeTypeNotAvailableInZone")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** What an earlier try left in the state error is of no use, and would stay for ever. */
async function removeFailures(context: EbsContext, name: string, signal: AbortSignal): Promise<void> {
  for (const { VolumeId = "", State } of await context.looks.volumesNamed(name, signal))
    if (State === "error") await removeFailed(context, VolumeId, signal).catch(ignoreUnfit);
}

function ignoreUnfit(error: unknown): void {
  if (!(error instanceof BackendError && error.fault.kind === "unfit")) throw error;
}

/** A copy of a volume is made where the volume is. */
async function zonesFor(
  context: EbsContext,
  { places, source }: VolumeSpec,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (source?.kind !== "volume") return context.zones.inOrder(places, signal);
  const zone = (await findVolume(context, source.id, signal))?.AvailabilityZone;
  if (zone === undefined) throw noSuch("volume", source.id);
  if (places === undefined || !places.binding || (await context.zones.inOrder(places, signal)).includes(zone))
    return [zone];
  throw new BackendError(
    { kind: "wrong-place" },
    `volume ${source.id} is in zone ${zone}, and EBS copies a volume only within its zone`,
  );
}

async function createIn(context: EbsContext, spec: VolumeSpec, zone: string, signal: AbortSignal): Promise<Ec2Volume> {
  const ask = requestFor(context, spec, zone, signal);
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    const asked = await askOnce(context, spec.name, () => ask(tokenOf(spec.name, attempt)), signal);
    if (asked === "spent") continue;
    const askAgain = async () =>
      (await askOnce(context, spec.name, () => ask(tokenOf(spec.name, attempt)), signal)) === "spent"
        ? "gone"
        : "there";
    const usable = await untilUsable(context, asked, askAgain, signal);
    if (usable !== undefined) return usable;
  }
  throw new BackendError(
    { kind: "busy", reason: "tokens" },
    `${mostAttempts} volumes named ${spec.name} were made and deleted within hours; EC2 will take the name again later`,
  );
}

/** Lives of one name within the half day for which EC2 remembers tokens. */
const mostAttempts = 100;

/** The volume, or that the token has had its volume, which is gone. */
async function askOnce(
  context: EbsContext,
  name: string,
  ask: () => Promise<Ec2Volume>,
  signal: AbortSignal,
): Promise<Ec2Volume | "spent"> {
  try {
    const volume = await ask();
    context.recent.hidden.remove(name);
    const isGone = volume.State === "deleting" || volume.State === "deleted";
    return isGone || context.recent.deleted.get(volume.VolumeId ?? "") ? "spent" : volume;
  } catch (error) {
    if (isEc2(error, "VolumeLimitExceeded")) return await evenSo(context, name, error, signal);
    if (!isEc2(error, "IdempotentParameterMismatch")) throw error;
    if (saysDeleted(error.said)) return "spent";
    return await spentOrHidden(context, name, error);
  }
}

/** At the limit EC2 refuses even the repetition of what it has granted, so what it has granted is looked for. */
async function evenSo(context: EbsContext, name: string, error: unknown, signal: AbortSignal): Promise<Ec2Volume> {
  const made = (await context.looks.volumesNamed(name, signal)).find(
    ({ State }) => State === "creating" || State === "available",
  );
  if (made === undefined) throw error;
  return made;
}

/**
 * EC2 knows the token with other parameters and shows no such volume. So soon after, it may be about to show it, and
 * then the next call compares it with the request. Once everything must have been shown, there is none: the volume of
 * other parameters is gone, and its token with it.
 */
async function spentOrHidden({ recent, patience, now }: EbsContext, name: string, cause: unknown): Promise<"spent"> {
  const since = recent.hidden.get(name);
  if (since !== undefined && now() - since > patience.consistencyMs) return "spent";
  if (since === undefined) recent.hidden.set(name, now());
  throw new BackendError(
    { kind: "busy", reason: "hidden" },
    `EC2 knows a request for volume ${name} with other parameters and does not show that volume yet; try again`,
    { cause },
  );
}

type Asked = Omit<Actions["CreateVolume"][0], "AvailabilityZone" | "SnapshotId">;

/** The request that a token goes with: the same every time it is asked for. */
function requestFor(
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
