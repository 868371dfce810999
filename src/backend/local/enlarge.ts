import type { Step } from "../../node/step.ts";
import { claimOfVolume } from "../../pool/claims.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import type { LocalParts } from "./context.ts";
import { updateVolume } from "./update.ts";

/** Puts a larger size on record, where there is room for it; with less than there is nothing changes. */
export async function enlarge(
  parts: LocalParts,
  record: VolumeRecord,
  sizeBytes: number,
  signal: AbortSignal,
  before: readonly Step[] = [],
): Promise<VolumeRecord> {
  const { capacity } = parts.pool;
  if (sizeBytes <= record.sizeBytes) return record;
  const larger = { ...record, sizeBytes };
  capacity.take(record.id, claimOfVolume(larger));
  try {
    await updateVolume(parts, larger, signal, before);
  } catch (error) {
    capacity.hold(record.id, claimOfVolume(record));
    throw error;
  }
  return larger;
}
