import type { Xml } from "../wire/xml.ts";
import type { ModificationRecord } from "../world/records.ts";
import { type ModificationState, modificationState, percentOf } from "../world/states.ts";

/** A volume's modification on the wire. */
export function modificationBody(
  volumeId: string,
  modification: ModificationRecord,
  now: number,
): { readonly [name: string]: Xml } {
  const { from, to, startedAt, optimizingAt, completedAt, failure } = modification;
  const state = modificationState(modification, now);
  return {
    volumeId,
    modificationState: state,
    statusMessage: state === "failed" ? failure : undefined,
    targetSize: to.sizeGiB,
    targetIops: to.iops,
    targetVolumeType: to.type,
    targetThroughput: to.throughputMiB,
    targetMultiAttachEnabled: to.multiAttach,
    originalSize: from.sizeGiB,
    originalIops: from.iops,
    originalVolumeType: from.type,
    originalThroughput: from.throughputMiB,
    originalMultiAttachEnabled: from.multiAttach,
    progress: state === "modifying" || state === "failed" ? 0 : percentOf(optimizingAt, completedAt, now),
    startTime: new Date(startedAt),
    endTime: endOf(modification, state),
  };
}

function endOf({ optimizingAt, completedAt }: ModificationRecord, state: ModificationState): Date | undefined {
  if (state === "failed") return new Date(optimizingAt);
  return state === "completed" ? new Date(completedAt) : undefined;
}
