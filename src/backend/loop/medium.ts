import type { Step } from "../../node/step.ts";
import type { FsType } from "../../node/volume.ts";
import { isThick } from "../../pool/claims.ts";
import { dataIn } from "../../pool/layout.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import {
  BackendError,
  noSuch,
  type OpenCreation,
  type Parameters,
  type VolumeSource,
  type VolumeSpec,
} from "../backend.ts";
import type { Medium } from "../local/context.ts";
import { folderOfSnapshot, needVolume, readable } from "../local/entries.ts";
import { badParameter } from "../parameter-rules.ts";
import type { LoopContext } from "./context.ts";
import { copyStill, requireStill } from "./copy-still.ts";
import { cut } from "./cut.ts";
import { heldCopy } from "./held-copy.ts";
import { imageOfVolume } from "./image.ts";
import { asksForSmallBlocks, checkMkfsOptions } from "./mkfs-options.ts";
import { minimumBytesOf, sectorBytesFor, sectorBytes as smallestSectorBytes } from "./sizes.ts";

/** Volumes as images, each shown by a loop device of its own. */
export const loopMedium = (context: LoopContext): Medium => ({
  type: "loop",
  complete: (open) => complete(context, open),
  sourceOf: (record) => imageOfVolume(context.pool, record),
  bytesOf: (spec) =>
    spec.source === undefined ? blankFor(spec) : inherited(originOf(context, spec.source), spec.sizeBytes),
  fill: (spec, data, signal) => fill(context, spec, data, signal),
  copiesSlowly: !context.pool.reflink,
  copiesWhatIsStill: true,
  requireCopy: (record, signal) => (context.pool.reflink ? Promise.resolve() : requireStill(context, record, signal)),
  copy: (record, to, signal) =>
    context.pool.reflink ? cut(context, [{ record, to }], signal) : copyStill(context, record, to, signal),
  ...(!context.pool.reflink && { held: heldCopy(context) }),
});

type Bytes = Pick<VolumeRecord, "sectorBytes" | "filesystem">;

function blankFor({ kinds, sizeBytes, parameters }: VolumeSpec): Bytes {
  const isForLargeBlocks = kinds.includes("mount") && !asksForSmallBlocks(mkfsOptionsOf(parameters));
  return { sectorBytes: sectorBytesFor(isForLargeBlocks, sizeBytes), filesystem: { state: "none" } };
}

const mkfsOptionsOf = (parameters: Parameters): readonly string[] => parameters["mkfsoptions"]?.split(" ") ?? [];

/** What a copy has is what its source has; a fresh volume gets what was asked for, or the default. */
function complete(context: LoopContext, { kinds, fsType, source, parameters }: OpenCreation) {
  const origin = source === undefined ? undefined : originOf(context, source);
  const wanted = fsType ?? (parameters["fstype"] as FsType | undefined);
  if (origin?.fsType !== undefined && wanted !== undefined && wanted !== origin.fsType) {
    throw new BackendError(
      { kind: "bad-source" },
      `the ${source?.kind} ${source?.id} holds ${origin.fsType}, not ${wanted}`,
    );
  }
  const isMounted = kinds.includes("mount");
  const made = isMounted
    ? (wanted ?? origin?.fsType ?? (source === undefined ? context.defaultFs : undefined))
    : undefined;
  const options = mkfsOptionsOf(parameters);
  if (made !== undefined) checkMkfsOptions(options, made);
  else if (options.length > 0) throw badParameter("mkfsOptions", "needs a volume with a filesystem of its own");
  const least = made === undefined || origin !== undefined ? smallestSectorBytes : minimumBytesOf[made];
  return { fsType: made, minimumBytes: Math.max(least, origin?.sizeBytes ?? 0) };
}

type Origin = Bytes & { readonly sizeBytes: number; readonly fsType: FsType | undefined };

function originOf({ pool }: LoopContext, { kind, id }: VolumeSource): Origin {
  const record = kind === "volume" ? readable(pool.volumes.get(id)) : readable(pool.snapshots.get(id));
  if (record === undefined) throw noSuch(kind, id);
  const { filesystem, sizeBytes, sectorBytes } = record;
  return { filesystem, sizeBytes, sectorBytes, fsType: filesystem.state === "none" ? undefined : filesystem.fsType };
}

/**
 * A copy holds what its source held: what nobody has written to yet (a stage that was cut off included) is made anew at
 * its first stage, and all else is never formatted and has (btrfs) an id that it must not keep.
 */
function inherited({ filesystem, sectorBytes: theirs }: Origin, sizeBytes: number): Bytes {
  // smaller sectors do no harm, and the last bytes of an odd size can only be reached in them
  const sectorBytes = sizeBytes % theirs === 0 ? theirs : smallestSectorBytes;
  return { sectorBytes, filesystem: filesystem.state === "done" ? { ...filesystem, sharesId: true } : filesystem };
}

async function fill(context: LoopContext, spec: VolumeSpec, data: string, signal: AbortSignal): Promise<void> {
  if (spec.source !== undefined) return copySource(context, spec.source, data, spec, signal);
  const allocate = isThick(spec.parameters);
  const step: Step = { do: "make-image", path: data, sizeBytes: spec.sizeBytes, allocate };
  return context.host.perform({ steps: [step] }, signal);
}

async function copySource(
  context: LoopContext,
  source: VolumeSource,
  to: string,
  spec: VolumeSpec,
  signal: AbortSignal,
): Promise<void> {
  const { pool, host } = context;
  const steps: Step[] = [];
  const { sizeBytes } = spec;
  const from = source.kind === "snapshot" ? dataIn(folderOfSnapshot(pool, source.id)) : undefined;
  if (from !== undefined && pool.reflink) steps.push({ do: "clone-image", from, to, sizeBytes });
  else if (from !== undefined) steps.push({ do: "copy-image", from, to, sizeBytes, gently: true });
  else if (pool.reflink) await cut(context, [{ record: needVolume(pool, source.id), to }], signal);
  else await copyStill(context, needVolume(pool, source.id), to, signal);
  if (isThick(spec.parameters)) steps.push({ do: "reserve-image", path: to, sizeBytes: spec.sizeBytes });
  steps.push({ do: "resize-image", path: to, sizeBytes: spec.sizeBytes });
  await host.perform({ steps }, signal);
}
