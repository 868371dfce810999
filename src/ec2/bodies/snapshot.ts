import type { Xml } from "../wire/xml.ts";
import type { SnapshotRecord } from "../world/records.ts";
import { percentOf, snapshotState } from "../world/states.ts";
import { tagSetOf } from "./tag-set.ts";

/** A snapshot on the wire. CreateSnapshots calls its status a state. */
export function snapshotBody(
  snapshot: SnapshotRecord,
  now: number,
  account: string,
  status: "status" | "state" = "status",
): { readonly [name: string]: Xml } {
  const state = snapshotState(snapshot, now);
  return {
    snapshotId: snapshot.id,
    volumeId: snapshot.volumeId,
    [status]: state,
    statusMessage: state === "error" ? snapshot.failure : undefined,
    startTime: new Date(snapshot.startedAt),
    completionTime: state === "completed" ? new Date(snapshot.completedAt) : undefined,
    progress: `${percentOf(snapshot.startedAt, snapshot.completedAt, now)}%`,
    ownerId: account,
    description: snapshot.description,
    volumeSize: snapshot.sizeGiB,
    encrypted: snapshot.encrypted,
    kmsKeyId: snapshot.kmsKeyId,
    storageTier: "standard",
    tagSet: Object.keys(snapshot.tags).length === 0 ? undefined : tagSetOf(snapshot.tags),
  };
}
