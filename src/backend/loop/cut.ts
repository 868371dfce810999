import type { VolumeRecord } from "../../pool/records.ts";
import { BackendError } from "../backend.ts";
import type { LocalParts } from "../local/context.ts";
import { imageOfVolume } from "./image.ts";
import { type Cut, planCut } from "./plan-cut.ts";

/** Copies volumes at one instant to the given files. */
export async function cut(
  { pool, host }: LocalParts,
  wishes: readonly { readonly record: VolumeRecord; readonly to: string }[],
  signal: AbortSignal,
  copy: "clone-image" | "copy-image" = "clone-image",
): Promise<void> {
  const cuts = await Promise.all(
    wishes.map(async ({ record, to }): Promise<Cut> => {
      if (pool.marked.isWaitedFor(record.id)) {
        const message = `a freeze of volume ${record.id} that an earlier process began still waits for writes; try again`;
        throw new BackendError({ kind: "busy", reason: "freezing" }, message);
      }
      const image = imageOfVolume(pool, record);
      const { volume: facts } = await host.observe(image, {}, signal);
      if (facts.backing === undefined) {
        throw new BackendError(
          { kind: "unfit", reason: "no bytes" },
          `the backing file of volume ${record.id} is missing: ${image.file}`,
        );
      }
      return { volume: record.id, from: image.file, to, sizeBytes: record.sizeBytes, facts };
    }),
  );
  await host.perform(planCut(cuts, pool.layout.frozen, copy), signal);
}

/** Copies of several volumes at one instant share blocks; a pool that cannot do that says how to get one that can. */
export function requireReflink({ pool }: LocalParts): void {
  if (pool.reflink) return;
  throw new BackendError(
    { kind: "unfit", reason: "no reflink" },
    `the filesystem of the pool ${pool.layout.root} cannot share blocks, so several volumes cannot be copied at one instant; make a pool that can with: kura pool create --image 20Gi --pool DIR`,
  );
}
