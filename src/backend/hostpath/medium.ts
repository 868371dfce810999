import type { Step } from "../../node/step.ts";
import { dataIn } from "../../pool/layout.ts";
import type { Pool } from "../../pool/pool.ts";
import { noSuch, type VolumeSource, type VolumeSpec } from "../backend.ts";
import type { LocalParts, Medium } from "../local/context.ts";
import { folderOfSnapshot, folderOfVolume, readable } from "../local/entries.ts";
import { ownerOf } from "./parameters.ts";

/**
 * Volumes as directories. Their sizes are on record and not enforced: a production driver would set a project quota. A
 * copy is made while others write, file by file, so it is no picture of one instant: a production driver would cut a
 * filesystem of the volume's own.
 */
export const hostpathMedium = (parts: LocalParts): Medium => ({
  type: "hostpath",
  // a directory has no filesystem of its own: one that is asked for (provisioners always do) changes nothing
  complete: ({ fsType, source }) => ({ fsType, minimumBytes: sizeOf(parts.pool, source) }),
  sourceOf: ({ id }) => ({ kind: "directory", path: dataIn(folderOfVolume(parts.pool, id)) }),
  bytesOf: () => ({ sectorBytes: 1, filesystem: { state: "none" } }),
  fill: (spec, data, signal) => fill(parts, spec, data, signal),
  copiesSlowly: true,
  copiesWhatIsStill: false,
  requireCopy: async () => {},
  copy: ({ id }, to, signal) =>
    parts.host.perform({ steps: [copyFrom(parts.pool, { kind: "volume", id }, to)] }, signal),
});

function sizeOf(pool: Pool, source: VolumeSource | undefined): number {
  if (source === undefined) return 0;
  const record = readable((source.kind === "volume" ? pool.volumes : pool.snapshots).get(source.id) as never);
  if (record === undefined) throw noSuch(source.kind, source.id);
  return (record as { sizeBytes: number }).sizeBytes;
}

const mode = 0o777;

async function fill({ pool, host }: LocalParts, spec: VolumeSpec, data: string, signal: AbortSignal): Promise<void> {
  const { source, parameters } = spec;
  const owner = ownerOf(parameters);
  const steps: Step[] =
    source === undefined
      ? [
          { do: "make-directory", path: data },
          { do: "set-owner", path: data, owner: { ...owner, mode: owner.mode ?? mode } },
        ]
      : [copyFrom(pool, source, data), { do: "set-owner", path: data, owner }];
  await host.perform({ steps }, signal);
}

const copyFrom = (pool: Pool, { kind, id }: { kind: VolumeSource["kind"]; id: string }, to: string): Step => ({
  do: "copy-tree",
  from: dataIn(kind === "volume" ? folderOfVolume(pool, id) : folderOfSnapshot(pool, id)),
  to,
});
