import { defineAction, type Ec2 } from "../action.ts";
import { modificationBody } from "../bodies/modification.ts";
import { invalidValue, refused } from "../error.ts";
import { type AskedChange, changedShape } from "../limits/changed-shape.ts";
import { failureIn } from "../volumes/birth.ts";
import { saveVolume } from "../volumes/save.ts";
import { parseVolumeId } from "../world/ids.ts";
import type { VolumeRecord } from "../world/records.ts";
import { attachmentsOf, modificationState, shapeAt, volumeState } from "../world/states.ts";

interface Wish extends AskedChange {
  readonly volumeId: string;
}

/** "You can modify a volume up to four times within a rolling 24-hour period." */
const mostInWindow = 4;

/**
 * ModifyVolume: size, type, IOPS and throughput, of a volume in use. The next one needs this one to be completed, and
 * there may be four in 24 hours; one that changes nothing counts as well.
 */
export const modifyVolume = defineAction<Wish>({
  name: "ModifyVolume",
  mutates: true,
  errors: [
    "IncorrectModificationState",
    "IncorrectState",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidVolume.NotFound",
    "MissingParameter",
    "UnknownVolumeType",
    "UnsupportedOperation",
    "VolumeModificationRateExceeded",
  ],

  parse(parameters) {
    const wish = {
      volumeId: parseVolumeId(parameters.required("VolumeId")),
      sizeGiB: parameters.integer("Size"),
      type: parameters.text("VolumeType"),
      iops: parameters.integer("Iops"),
      throughputMiB: parameters.integer("Throughput"),
      multiAttach: parameters.boolean("MultiAttachEnabled"),
    };
    const { volumeId: _, ...change } = wish;
    if (Object.values(change).every((value) => value === undefined))
      throw refused(
        "MissingParameter",
        "The request must contain the parameter size/volumeType/iops/throughput/multiAttachEnabled",
      );
    return wish;
  },

  touches: ({ volumeId }) => [{ kind: "volume", id: volumeId }],

  async run({ volumeId, ...change }, ec2, call) {
    const { world, durations } = ec2;
    const volume = world.needVolume(volumeId, call.region);
    checkVolume(volume, change, ec2);
    const { now } = world;
    const from = shapeAt(volume, now);
    const to = changedShape(from, change);
    const optimizingAt = now + durations.modify;
    const isSame = Object.entries(to).every(([key, value]) => from[key as keyof typeof from] === value);
    const completedAt = isSame ? optimizingAt : optimizingAt + durations.optimize;
    const modification = { startedAt: now, optimizingAt, completedAt, from, to, failure: failureIn(call) };
    const recent = volume.modifications.filter(({ startedAt }) => startedAt > now - durations.modificationWindow);
    await saveVolume({ ...volume, modifications: [...recent, modification] }, ec2);
    return { volumeModification: modificationBody(volumeId, modification, now) };
  },
});

function checkVolume(volume: VolumeRecord, { sizeGiB, multiAttach }: AskedChange, { world, durations }: Ec2): void {
  const moment = world.moment();
  const state = volumeState(volume, moment);
  if (state !== "available" && state !== "in-use")
    throw refused("IncorrectState", `Volume '${volume.id}' is in the '${state}' state and cannot be modified.`);
  checkPace(volume, world.now, durations.modificationWindow);
  const now = shapeAt(volume, world.now);
  if (sizeGiB !== undefined && sizeGiB < now.sizeGiB)
    throw invalidValue("New size cannot be smaller than existing size");
  if (now.multiAttach && now.type === "io1")
    throw refused("UnsupportedOperation", "Volumes of type io1 with Multi-Attach enabled cannot be modified.");
  if (multiAttach !== undefined && multiAttach !== now.multiAttach && attachmentsOf(volume, moment).length > 0)
    throw refused("IncorrectState", `Multi-Attach of volume '${volume.id}' cannot be changed while it is attached.`);
}

function checkPace({ id, modifications }: VolumeRecord, now: number, windowMs: number): void {
  const last = modifications.at(-1);
  const state = last === undefined ? "completed" : modificationState(last, now);
  if (state === "modifying" || state === "optimizing") {
    throw refused(
      "IncorrectModificationState",
      `Volume ${id} cannot be modified in modification state ${state.toUpperCase()}`,
    );
  }
  const recent = modifications.filter(({ startedAt }) => startedAt > now - windowMs);
  if (recent.length < mostInWindow) return;
  const next = new Date((recent.at(-mostInWindow)?.startedAt ?? now) + windowMs).toISOString();
  throw refused(
    "VolumeModificationRateExceeded",
    `You've reached the maximum modification rate per volume limit. Wait until ${next} before you can issue the next modification request for this volume.`,
  );
}
