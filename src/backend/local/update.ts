import type { Step } from "../../node/step.ts";
import { seal } from "../../pool/record.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import type { LocalParts } from "./context.ts";

/** Replaces a volume's record, on disk and then in memory, after what must be there before the record says so. */
export async function updateVolume(
  { pool, host }: LocalParts,
  record: VolumeRecord,
  signal: AbortSignal,
  before: readonly Step[] = [],
): Promise<void> {
  const write: Step = { do: "write-record", path: pool.volumes.recordOf(record.id), record: seal(record) };
  await host.perform({ steps: [...before, write] }, signal);
  pool.volumes.put(record);
}
