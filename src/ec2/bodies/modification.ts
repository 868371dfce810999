import type { Xml } from "../wire/xml.ts";
import type { ModificationRecord } from "../world/records.ts";
import { modificationState, percentOf } from "../world/states.ts";

/** A volume's modification on the wire. */
export function modificationBody(
  volumeId: string,
  modification: ModificationRecord,
  now: number,
): { readonly [name: string]: Xml } {
  const { from, to, startedAt, optimizingAt, completedAt } = modification;
  const state = modificationState(modification, now);
  return {
    volumeId,
    modificationState: state,
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
    progress: state === "modifying" ? 0 : percentOf(optimizingAt, completedAt, now),
    startTime: new Date(startedAt),
    endTime: state === "completed" ? new Date(completedAt) : undefined,
  };
}
