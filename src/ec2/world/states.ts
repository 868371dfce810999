import type { VolumeShape } from "../limits/volume-shape.ts";
import type { AttachmentRecord, ModificationRecord, SnapshotRecord, VolumeRecord } from "./records.ts";

/** What an attachment's end at the instance is like: nothing there, a device, or a device that somebody has open. */
export type Plug = "unplugged" | "plugged" | "held";

/** What states depend on besides a record. */
export interface Moment {
  readonly now: number;
  plugOf(volumeId: string, instanceId: string): Plug;
  /** Whether there are hands that plug in what is attached to this instance: then attaching waits for them. */
  hasHands(instanceId: string): boolean;
  /** Whether hands may be plugging it in right now, and have not told yet. */
  isInHands(volumeId: string, instanceId: string): boolean;
  /** Whether a rule that holds something back is still there. */
  isActive(rule: string): boolean;
}

export type AttachmentState = "attaching" | "attached" | "detaching" | "busy";

export interface Attachment {
  readonly record: AttachmentRecord;
  readonly state: AttachmentState;
}

/** The attachments that there are now. */
export function attachmentsOf(volume: VolumeRecord, moment: Moment): readonly Attachment[] {
  return volume.attachments.flatMap((record) => {
    const state = attachmentState(volume.id, record, moment);
    return state === undefined ? [] : [{ record, state }];
  });
}

function attachmentState(volumeId: string, record: AttachmentRecord, moment: Moment): AttachmentState | undefined {
  const plug = moment.plugOf(volumeId, record.instanceId);
  const isStuck = (rule: string | undefined) => rule !== undefined && moment.isActive(rule);
  const { detach } = record;
  if (detach === undefined) {
    if (moment.now < record.attachedAt || isStuck(record.stuckBy)) return "attaching";
    return moment.hasHands(record.instanceId) && plug === "unplugged" ? "attaching" : "attached";
  }
  if (moment.now < detach.doneAt || isStuck(detach.stuckBy)) return "detaching";
  // the device is there as long as somebody uses it, and no longer attached only once it is gone
  if (plug === "held") return "busy";
  return plug === "plugged" || moment.isInHands(volumeId, record.instanceId) ? "detaching" : undefined;
}

export type VolumeState = "creating" | "available" | "in-use" | "deleting" | "error";

export function volumeState(volume: VolumeRecord, moment: Moment): VolumeState {
  if (volume.goneAt !== undefined && volume.vanishes !== true) return "deleting";
  if (volume.vanishes || moment.now < volume.availableAt) return "creating";
  if (volume.failure !== undefined) return "error";
  return attachmentsOf(volume, moment).length > 0 ? "in-use" : "available";
}

export type ModificationState = "modifying" | "optimizing" | "completed" | "failed";

export function modificationState(modification: ModificationRecord, now: number): ModificationState {
  const { optimizingAt, completedAt, failure } = modification;
  if (now < optimizingAt) return "modifying";
  if (failure !== undefined) return "failed";
  return now < completedAt ? "optimizing" : "completed";
}

/** What the volume is now: a modification counts once it is past `modifying`. */
export function shapeAt(volume: VolumeRecord, now: number): VolumeShape {
  const last = volume.modifications.at(-1);
  if (last === undefined) return volume.shape;
  return now < last.optimizingAt ? last.from : outcomeOf(last);
}

/** What a modification makes of the volume in the end. */
export const outcomeOf = ({ from, to, failure }: ModificationRecord): VolumeShape =>
  failure === undefined ? to : from;

export type SnapshotState = "pending" | "completed" | "error";

export function snapshotState({ completedAt, failure }: SnapshotRecord, now: number): SnapshotState {
  if (now < completedAt) return "pending";
  return failure === undefined ? "completed" : "error";
}

/** How far something is, in whole percent. */
export function percentOf(startedAt: number, endsAt: number, now: number): number {
  if (now >= endsAt) return 100;
  return Math.max(0, Math.floor((100 * (now - startedAt)) / (endsAt - startedAt)));
}
