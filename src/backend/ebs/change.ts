import type { Volume as Ec2Volume, VolumeModification } from "@aws-sdk/client-ec2";
import { BackendError, noSuch } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { isEc2, isUncertain } from "./ec2-error.ts";
import { findVolume } from "./find-volume.ts";
import { Joiner } from "./joiner.ts";
import { type Change, planChange } from "./plan-change.ts";
import { poll } from "./poll.ts";
import { changeTags } from "./tag-changes.ts";

export type Changes = Joiner<Change, Ec2Volume>;

/** A change of size and one of attributes become one ModifyVolume, for EC2 takes the next one only hours later. */
export const changesOf = (context: EbsContext): Changes =>
  new Joiner(context.patience.joinMs, merge, (id, change) => perform(context, id, change));

function merge(a: Change, b: Change): Change {
  for (const [key, value] of Object.entries(b.parameters)) {
    const other = a.parameters[key];
    if (other !== undefined && other !== value)
      throw new BackendError({ kind: "busy", reason: key }, `${key} is being changed to ${other} at this moment`);
  }
  const sizes = [a, b].flatMap(({ sizeGiB = [] }) => sizeGiB);
  return {
    sizeGiB: sizes.length === 0 ? undefined : Math.max(...sizes),
    parameters: { ...a.parameters, ...b.parameters },
  };
}

/** Goes on without its callers: one that gives up must not end the change for the other. */
const mostMs = 300_000;

async function perform(context: EbsContext, id: string, change: Change): Promise<Ec2Volume> {
  const signal = AbortSignal.timeout(mostMs);
  try {
    await untilSettled(context, id, signal);
    const volume = await need(context, id, signal);
    const input = planChange(volume, change);
    if (input !== undefined) await modify(context, id, input, signal);
    await changeTags(context, volume, change.parameters, signal);
    return await untilShown(context, id, change, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new BackendError({ kind: "unreachable", reason: "slow" }, `the change of volume ${id} takes too long`);
  }
}

async function need(context: EbsContext, id: string, signal: AbortSignal): Promise<Ec2Volume> {
  const volume = await findVolume(context, id, signal);
  if (volume === undefined) throw noSuch("volume", id);
  return volume;
}

async function modify(
  context: EbsContext,
  id: string,
  input: NonNullable<ReturnType<typeof planChange>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await context.ec2.call("ModifyVolume", { VolumeId: id, ...input }, signal);
  } catch (error) {
    // an answer that was lost, or a repetition of what was granted, shows as a modification under way
    const mayBeDone = isUncertain(error) || isEc2(error, "IncorrectModificationState");
    if (!mayBeDone || !(await isUnderWay(context, id, input, signal))) throw error;
  }
  await untilSettled(context, id, signal, true);
}

/** Whether the latest modification is the one that was asked for. */
async function isUnderWay(
  { looks }: EbsContext,
  id: string,
  { Size, Iops, Throughput, VolumeType }: NonNullable<ReturnType<typeof planChange>>,
  signal: AbortSignal,
): Promise<boolean> {
  const latest = await looks.modification(id, signal);
  if (latest === undefined || latest.ModificationState === "failed") return false;
  const same = <T>(wished: T | undefined, target: T | undefined) => wished === undefined || wished === target;
  return (
    same(Size, latest.TargetSize) &&
    same(Iops, latest.TargetIops) &&
    same(Throughput, latest.TargetThroughput) &&
    same(VolumeType, latest.TargetVolumeType)
  );
}

/**
 * Until no modification is in its first phase. In the second one, "optimizing", the volume has its new size and speed
 * and is only being moved, which takes up to a day: done, for all that a user can see.
 */
async function untilSettled(
  { looks }: EbsContext,
  id: string,
  signal: AbortSignal,
  isOurs = false,
): Promise<VolumeModification | undefined> {
  let misses = 0;
  return await poll(
    async () => {
      const latest = await looks.modification(id, signal);
      if (latest === undefined) {
        misses += 1;
        // a volume that never was modified has none; one that just was may not be shown yet
        return isOurs && misses < 6 ? undefined : {};
      }
      if (latest.ModificationState === "failed" && isOurs) throw failed(id, latest);
      return latest.ModificationState === "modifying" ? undefined : latest;
    },
    { signal },
  );
}

const failed = (id: string, { StatusMessage = "no reason was given" }: VolumeModification): BackendError =>
  new BackendError({ kind: "unfit", reason: "failed" }, `EC2 could not modify volume ${id}: ${StatusMessage}`);

/** Describes may lag behind what was just done. */
async function untilShown(context: EbsContext, id: string, change: Change, signal: AbortSignal): Promise<Ec2Volume> {
  const shown = await poll(
    async () => {
      const volume = await need(context, id, signal);
      return planChange(volume, change) === undefined ? volume : undefined;
    },
    { signal, mostMs: context.patience.consistencyMs },
  );
  if (shown !== undefined) return shown;
  throw new BackendError({ kind: "busy", reason: "modifying" }, `volume ${id} is still being modified; try again`);
}
