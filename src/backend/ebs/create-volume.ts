import type { Volume as Ec2Volume } from "@aws-sdk/client-ec2";
import { BackendError, noSuch, type VolumeSpec } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { type Birthplace, creationRequest } from "./creation-request.ts";
import { isEc2 } from "./ec2-error.ts";
import { findVolume } from "./find-volume.ts";
import { saysDeleted, tokenOf } from "./token.ts";
import { untilUsable } from "./until-usable.ts";

/** Makes the volume in the first allowed zone that has room. The caller has found none of that name. */
export async function createVolume(context: EbsContext, spec: VolumeSpec, signal: AbortSignal): Promise<Ec2Volume> {
  let refusal: unknown;
  for (const place of await placesFor(context, spec, signal)) {
    try {
      return await createIn(context, spec, place, signal);
    } catch (error) {
      if (!isEc2(error, "InsufficientVolumeCapacity", "VolumeTypeNotAvailableInZone")) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

/** A copy of a volume is made where the volume is. */
async function placesFor(
  context: EbsContext,
  { places, source }: VolumeSpec,
  signal: AbortSignal,
): Promise<readonly Birthplace[]> {
  if (source?.kind !== "volume")
    return (await context.zones.inOrder(places, signal)).map((zone) => ({ zone, copied: undefined }));
  const copied = await findVolume(context, source.id, signal);
  const zone = copied?.AvailabilityZone;
  if (zone === undefined) throw noSuch("volume", source.id);
  if (places === undefined || !places.binding || (await context.zones.inOrder(places, signal)).includes(zone))
    return [{ zone, copied }];
  throw new BackendError(
    { kind: "wrong-place" },
    `volume ${source.id} is in zone ${zone}, and EBS copies a volume only within its zone`,
  );
}

async function createIn(
  context: EbsContext,
  spec: VolumeSpec,
  place: Birthplace,
  signal: AbortSignal,
): Promise<Ec2Volume> {
  const ask = creationRequest(context, spec, place, signal);
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
