import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { ifThere } from "../../host/errno.ts";
import { removeTree } from "../../host/files.ts";
import { HostError } from "../../node/host-error.ts";
import type { Step } from "../../node/step.ts";
import { claimOfSnapshot } from "../../pool/claims.ts";
import { prefixOfId } from "../../pool/id.ts";
import { dataIn } from "../../pool/layout.ts";
import { seal } from "../../pool/record.ts";
import type { SnapshotRecord, VolumeRecord } from "../../pool/records.ts";
import { BackendError, busy } from "../backend.ts";
import type { LocalContext } from "./context.ts";
import { folderOfSnapshot, readable } from "./entries.ts";
import { make } from "./make.ts";

/** How long a caller waits for a copy, before he hears that there will be one. */
const patienceMs = 2000;
const never = new AbortController().signal;

/**
 * Where blocks cannot be shared: the snapshot is there at once, and ready when all of it was copied. A copy that failed
 * is told to whoever asks for that snapshot next, and the call after that begins another.
 */
export async function createSlowly(
  context: LocalContext,
  volume: VolumeRecord,
  record: SnapshotRecord,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const { pool, copies } = context;
  const unready: SnapshotRecord = { ...record, copying: true };
  const { id } = record;
  const failure = copies.takeFailure(prefixOfId(id));
  if (failure !== undefined) throw failure;
  const claim = claimOfSnapshot(record);
  await make(context, { id, parent: pool.layout.snapshots, file: "snapshot.json", claim }, async () => unready, signal);
  pool.snapshots.put(unready);
  begin(context, volume, unready);
  await Promise.race([copies.settled(id, signal), delay(patienceMs, undefined, { ref: false })]);
  const made = readable(pool.snapshots.get(id));
  if (made === undefined) throw copies.takeFailure(prefixOfId(id)) ?? busy(`snapshot ${id} is gone; try again`);
  return made;
}

/** After a start: what was cut off is copied from the beginning. Without its volume it will never be whole. */
export async function resumeCopies(context: LocalContext): Promise<void> {
  const { pool } = context;
  for (const entry of [...pool.snapshots.all()]) {
    if (entry.state === "unreadable" || !entry.record.copying) continue;
    const volume = pool.volumes.get(entry.record.source);
    if (volume?.state === "readable") begin(context, volume.record, entry.record);
    else await discard(context, entry.record);
  }
}

function begin(context: LocalContext, volume: VolumeRecord, record: SnapshotRecord): void {
  const { copies, medium } = context;
  const wish = { key: record.id, wish: "", source: volume.id, still: medium.copiesWhatIsStill };
  copies.join(wish, () => complete(context, volume, record), never).catch(() => {});
}

async function complete(context: LocalContext, volume: VolumeRecord, unready: SnapshotRecord): Promise<void> {
  const { pool, host, medium, copies } = context;
  const data = dataIn(folderOfSnapshot(pool, unready.id));
  const part = `${data}.part`;
  const { copying: _, ...whole } = unready;
  try {
    await removeTree(part);
    const steps: Step[] = [{ do: "write-record", path: pool.snapshots.recordOf(whole.id), record: seal(whole) }];
    // what bears its last name is whole: only the record was still to be written when it was cut off
    if ((await ifThere(stat(data))) === undefined) {
      await medium.copy(volume, part, copies.signal);
      steps.unshift({ do: "rename", from: part, to: data });
    }
    await host.perform({ steps }, never);
    pool.snapshots.put(whole);
  } catch (error) {
    if (!copies.signal.aborted) {
      copies.noteFailure(prefixOfId(unready.id), couldNotCopy(unready.name, error));
      await discard(context, unready);
    }
    throw error;
  }
}

/** The same fault, in words that say what it was the end of. */
function couldNotCopy(name: string, cause: unknown): Error {
  const message = `snapshot ${name} could not be copied: ${cause instanceof Error ? cause.message : cause}`;
  if (cause instanceof HostError) return new HostError(cause.kind, message, { cause });
  if (cause instanceof BackendError) return new BackendError(cause.fault, message, { cause });
  return new Error(message, { cause });
}

/** Nothing of it was ever whole: it goes, and the next try makes another. */
async function discard({ pool, host }: LocalContext, { id }: SnapshotRecord): Promise<void> {
  const folder = folderOfSnapshot(pool, id);
  const grave = pool.trash.placeFor(folder);
  await host.perform({ steps: [{ do: "rename", from: folder, to: grave }] }, never);
  pool.snapshots.remove(id);
  pool.trash.empty();
}
