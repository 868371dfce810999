import type { Step } from "../../node/step.ts";
import type { FsType } from "../../node/volume.ts";
import { claimOfVolume, isThick } from "../../pool/claims.ts";
import { prefixOf } from "../../pool/id.ts";
import { dataIn } from "../../pool/layout.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import {
  BackendError,
  isAllowed,
  noSuch,
  type OpenCreation,
  type VolumeSource,
  type VolumeSpec,
  type Volumes,
} from "../backend.ts";
import { badParameter } from "../parameter-rules.ts";
import type { LoopContext } from "./context.ts";
import { cut, requireReflink } from "./cut.ts";
import {
  folderOfSnapshot,
  folderOfVolume,
  imageOfVolume,
  listedVolumeOf,
  needVolume,
  readable,
  volumeOf,
} from "./entries.ts";
import { make } from "./make.ts";
import { checkMkfsOptions } from "./mkfs-options.ts";
import { pageOf } from "./page.ts";
import { minimumBytesOf, sectorBytes } from "./sizes.ts";

export function loopVolumes(context: LoopContext): Volumes {
  const { pool, topology } = context;
  const present = (record: VolumeRecord | undefined) => (record === undefined ? undefined : volumeOf(record, topology));
  return {
    keyOf: (name) => prefixOf(pool.id, name),
    complete: async (open) => complete(context, open),
    find: async (id) => present(readable(pool.volumes.get(id))),
    findByName: async (name) => present(readable(pool.volumes.withPrefix(prefixOf(pool.id, name)))),
    create: async (spec, signal) => volumeOf(await create(context, spec, signal), topology),
    delete: (id, signal) => deleteVolume(context, id, signal),
    list: async (page) => pageOf(pool.volumes.from(page.after), page.limit, (entry) => listedVolumeOf(entry, topology)),
  };
}

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
  const options = parameters["mkfsoptions"]?.split(" ") ?? [];
  if (made !== undefined) checkMkfsOptions(options, made);
  else if (options.length > 0) throw badParameter("mkfsOptions", "needs a volume with a filesystem of its own");
  const least = made === undefined || origin !== undefined ? sectorBytes : minimumBytesOf[made];
  return { fsType: made, minimumBytes: Math.max(least, origin?.sizeBytes ?? 0) };
}

type Origin = Pick<VolumeRecord, "sizeBytes" | "filesystem" | "sectorBytes"> & { readonly fsType: FsType | undefined };

function originOf({ pool }: LoopContext, { kind, id }: VolumeSource): Origin {
  const record = kind === "volume" ? readable(pool.volumes.get(id)) : readable(pool.snapshots.get(id));
  if (record === undefined) throw noSuch(kind, id);
  const { filesystem, sizeBytes, sectorBytes } = record;
  return { filesystem, sizeBytes, sectorBytes, fsType: filesystem.state === "none" ? undefined : filesystem.fsType };
}

async function create(context: LoopContext, spec: VolumeSpec, signal: AbortSignal): Promise<VolumeRecord> {
  const { pool, host, topology } = context;
  const { places, ...creation } = spec;
  if (!isAllowed(topology, places)) {
    throw new BackendError(
      { kind: "wrong-place" },
      `the pool of node ${context.nodeId} cannot be reached from the requested topology`,
    );
  }
  const record: VolumeRecord = {
    id: pool.newId(spec.name),
    createdAt: context.now().toISOString(),
    creation,
    sizeBytes: spec.sizeBytes,
    parameters: spec.parameters,
    sectorBytes: spec.source === undefined ? sectorBytes : originOf(context, spec.source).sectorBytes,
    filesystem: spec.source === undefined ? { state: "none" } : inherited(originOf(context, spec.source)),
    attachments: [],
  };
  const making = {
    id: record.id,
    parent: pool.layout.volumes,
    file: "volume.json",
    claim: claimOfVolume(record),
  } as const;
  await make(
    context,
    making,
    async (data) => {
      if (spec.source === undefined) {
        const step: Step = {
          do: "make-image",
          path: data,
          sizeBytes: spec.sizeBytes,
          allocate: isThick(spec.parameters),
        };
        await host.perform({ steps: [step] }, signal);
      } else await copySource(context, spec.source, data, spec, signal);
      return record;
    },
    signal,
  );
  pool.volumes.put(record);
  return record;
}

/** A copy holds what its source held: never to be formatted, and (btrfs) with an id that it must not keep. */
function inherited({ filesystem }: Origin): VolumeRecord["filesystem"] {
  if (filesystem.state === "none") return filesystem;
  if (filesystem.state === "started") return { state: "done", fsType: undefined, sharesId: false };
  return { ...filesystem, sharesId: true };
}

async function copySource(
  context: LoopContext,
  source: VolumeSource,
  to: string,
  spec: VolumeSpec,
  signal: AbortSignal,
): Promise<void> {
  const { pool, host } = context;
  requireReflink(context);
  const steps: Step[] = [];
  if (source.kind === "volume") await cut(context, [{ record: needVolume(pool, source.id), to }], signal);
  else
    steps.push({ do: "clone-image", from: dataIn(folderOfSnapshot(pool, source.id)), to, sizeBytes: spec.sizeBytes });
  if (isThick(spec.parameters)) steps.push({ do: "reserve-image", path: to, sizeBytes: spec.sizeBytes });
  steps.push({ do: "resize-image", path: to, sizeBytes: spec.sizeBytes });
  await host.perform({ steps }, signal);
}

async function deleteVolume(context: LoopContext, id: string, signal: AbortSignal): Promise<void> {
  const { pool, host } = context;
  const record = readable(pool.volumes.get(id));
  if (record === undefined) return;
  const steps = await planDelete(context, record, signal);
  const folder = folderOfVolume(pool, id);
  const grave = pool.trash.placeFor(folder);
  await host.perform({ steps: [...steps, { do: "rename", from: folder, to: grave }] }, signal);
  pool.volumes.remove(id);
  pool.capacity.rename(id, grave);
  pool.trash.empty();
}

/** Refuses while anybody uses it. A device that nobody holds is the rest of a stage that a crash cut off. */
async function planDelete(
  { pool, host }: LoopContext,
  record: VolumeRecord,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const image = imageOfVolume(pool, record);
  const { volume: facts } = await host.observe(image, {}, signal);
  const inUse = (by: string) => new BackendError({ kind: "in-use", by }, `volume ${record.id} is in use: ${by}`);
  const [attachment] = record.attachments;
  if (attachment !== undefined) throw inUse(`published to node ${attachment.node}`);
  const [shown] = facts.shownAt;
  if (shown !== undefined) throw inUse(`shown at ${shown.path}`);
  const attached = facts.device ?? facts.readOnlyDevice;
  if (attached === undefined) return [];
  // raw blocks have no mount that would tell: attached is staged
  const isBlock = !record.creation.kinds.includes("mount");
  if (isBlock || facts.heldElsewhere) throw inUse(`attached as ${attached.path}`);
  return [{ do: "detach", image }];
}
