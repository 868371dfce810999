import type { VolumeRecord } from "../../pool/records.ts";
import { BackendError } from "../backend.ts";
import type { LocalParts } from "../local/context.ts";
import { imageOfVolume } from "./image.ts";

/** Copies a volume that nobody uses, byte by byte. Nobody may begin to use it meanwhile. */
export async function copyStill(
  parts: LocalParts,
  record: VolumeRecord,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  await requireStill(parts, record, signal);
  const { file: from } = imageOfVolume(parts.pool, record);
  const { sizeBytes } = record;
  await parts.host.perform({ steps: [{ do: "copy-image", from, to, sizeBytes, gently: true }] }, signal);
}

/** Without shared blocks there is no copy of one instant of a volume that is in use. */
export async function requireStill(
  { pool, host }: LocalParts,
  record: VolumeRecord,
  signal: AbortSignal,
): Promise<void> {
  const { volume: facts } = await host.observe(imageOfVolume(pool, record), {}, signal);
  const attached = facts.device ?? facts.readOnlyDevice;
  if (attached === undefined) return;
  throw new BackendError(
    { kind: "unfit", reason: "in use, no reflink" },
    `volume ${record.id} is in use as ${attached.path}, and the filesystem of the pool ${pool.layout.root} cannot share blocks, so it cannot be copied at an instant; unpublish and unstage it first, let the class of its snapshots say freezeWhileCopying, or use a pool that can: kura pool create --image 20Gi --pool DIR`,
  );
}
