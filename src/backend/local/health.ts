import type { BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { ifThere } from "../../host/errno.ts";
import { dataIn } from "../../pool/layout.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import type { Entry } from "../../pool/store.ts";
import type { HealthReport, HealthStatus, VolumeId } from "../backend.ts";
import type { LocalParts } from "./context.ts";
import { folderOfVolume } from "./entries.ts";

/** Looks closely at the bytes of a volume that are there. */
export type Examine = (
  record: VolumeRecord,
  found: BigIntStats,
  signal: AbortSignal,
) => Promise<readonly HealthStatus[]>;

/** What is the case, looked at when asked: nothing is remembered, so nothing outlives its cause. */
export function localHealth(parts: LocalParts, examineAll: () => Promise<Examine>): HealthReport {
  const { pool } = parts;
  return {
    async of(id, signal) {
      const entry = pool.volumes.get(id);
      return entry === undefined ? undefined : healthOf(parts, entry, await examineAll(), signal);
    },
    async list({ after, limit }, signal) {
      const examine = await examineAll();
      const items: { id: VolumeId; statuses: readonly HealthStatus[] }[] = [];
      for (const entry of pool.volumes.from(after)) {
        const statuses = await healthOf(parts, entry, examine, signal);
        if (statuses.length === 0) continue;
        if (limit !== undefined && items.length === limit) return { items, next: items.at(-1)?.id };
        items.push({ id: entry.id as VolumeId, statuses });
      }
      return { items, next: undefined };
    },
  };
}

export async function healthOf(
  { pool }: LocalParts,
  entry: Entry<VolumeRecord>,
  examine: Examine,
  signal: AbortSignal,
): Promise<readonly HealthStatus[]> {
  if (entry.state === "unreadable")
    return [inaccessible("RecordUnreadable", `the volume's record cannot be read: ${entry.reason}`)];
  const data = dataIn(folderOfVolume(pool, entry.id));
  const found = await ifThere(stat(data, { bigint: true }));
  if (found === undefined) return [inaccessible("BackingFileMissing", `the volume's backing file is missing: ${data}`)];
  const low = degraded(
    "PoolOutOfSpace",
    `the pool ${pool.layout.root} has less than its reserve left; writes will fail`,
  );
  return [...(pool.capacity.state().isLow ? [low] : []), ...(await examine(entry.record, found, signal))];
}

export const inaccessible = (reason: string, message: string): HealthStatus => ({
  status: "INACCESSIBLE",
  reason,
  message,
});

export const degraded = (reason: string, message: string): HealthStatus => ({ status: "DEGRADED", reason, message });
