import { HostError } from "../../node/host-error.ts";
import type { Call, Ec2 } from "../action.ts";
import { refused } from "../error.ts";
import type { Origin } from "../keeper/keeper.ts";
import { burntToken, otherParameters } from "../read/client-token.ts";
import type { BurntToken, ClientToken, VolumeRecord } from "../world/records.ts";

/** The volume that an earlier request with this token made; throws where the token cannot be used for this request. */
export async function replayOf(token: ClientToken | undefined, ec2: Ec2): Promise<VolumeRecord | undefined> {
  const use = token === undefined ? undefined : ec2.world.useOf(token.token);
  if (token === undefined || use === undefined) return undefined;
  // the first request may still be on its way to the disk
  await ec2.keeper.settled(use.volumeId);
  const volume = ec2.world.findVolume(use.volumeId);
  if (volume === undefined || volume.goneAt !== undefined) {
    if (ec2.world.useOf(token.token) === undefined) return undefined; // it failed, and is as good as never made
    throw burntToken();
  }
  if (use.fingerprint !== token.fingerprint) throw otherParameters();
  return volume;
}

/** A new volume: known from here on, shown once it is on disk, and never known where that fails. */
export async function bear(
  asked: VolumeRecord,
  origin: Origin | undefined,
  ec2: Ec2,
  call: Call,
): Promise<VolumeRecord> {
  const { world, keeper, durations } = ec2;
  const volume = fated(asked, call, durations.createVolume);
  world.putVolume(volume);
  world.hideVolume(volume.id);
  try {
    await noCapacityIsAnError(() => keeper.createVolume(volume, origin));
  } catch (error) {
    world.forgetVolume(volume);
    throw error;
  }
  world.showVolume(volume.id);
  if (volume.vanishes) ec2.later(volume.goneAt ?? 0, () => bury(volume, ec2));
  return volume;
}

/** The end of a volume that vanishes. */
export async function bury(volume: VolumeRecord, ec2: Ec2): Promise<void> {
  const { world, keeper } = ec2;
  const burnt = burnOf(volume);
  if (burnt !== undefined) burn(burnt, ec2);
  world.volumes.delete(volume.id, world.now);
  await keeper.removeVolume(volume, burnt);
}

/** From here on its token names nothing. What was burnt long ago is forgotten on that occasion, behind the answer. */
export function burn(burnt: BurntToken, { world, keeper, durations, later }: Ec2): void {
  const forgotten = world.burn(burnt, durations.clientToken);
  if (forgotten.length === 0) return;
  later(world.now, async () => {
    for (const { token } of forgotten) if (world.useOf(token) === undefined) await keeper.forgetToken(token);
  });
}

/** What rules make of it. */
function fated(asked: VolumeRecord, call: Call, createMs: number): VolumeRecord {
  if (call.fire("vanish") !== undefined) return vanishing(asked, createMs);
  return { ...asked, failure: failureIn(call) };
}

/** Why what this call begins comes to nothing; undefined where it does not. */
export function failureIn(call: Call): string | undefined {
  const rule = call.fire("fail");
  return rule && (rule.message ?? "A failure was asked for");
}

/** Long enough to be seen. */
const vanishing = (volume: VolumeRecord, createMs: number): VolumeRecord => ({
  ...volume,
  vanishes: true,
  goneAt: volume.createdAt + Math.max(2 * createMs, 100),
});

export const burnOf = ({ id, token, goneAt = 0 }: VolumeRecord) =>
  token === undefined ? undefined : { ...token, volumeId: id, burntAt: goneAt };

/** The disk is full. */
export async function noCapacityIsAnError(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof HostError) || cause.kind !== "no-space") throw cause;
    throw refused(
      "InsufficientVolumeCapacity",
      "There is not enough capacity to fulfill your volume request. Try again later or use a different zone.",
      { cause },
    );
  }
}
