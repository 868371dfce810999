import type { Step } from "../../node/step.ts";
import { claimOfVolume } from "../../pool/claims.ts";
import { prefixOf } from "../../pool/id.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import { BackendError, isAllowed, type VolumeSpec, type Volumes } from "../backend.ts";
import type { LocalContext } from "./context.ts";
import { folderOfVolume, listedVolumeOf, needVolume, readable, volumeOf } from "./entries.ts";
import { make } from "./make.ts";
import { pageOf } from "./page.ts";

export function localVolumes(context: LocalContext): Volumes {
  const { pool, medium } = context;
  const present = (record: VolumeRecord | undefined) => (record === undefined ? undefined : volumeOf(record, context));
  return {
    keysOf: (name) => [prefixOf(pool.id, name)],
    complete: async (open) => medium.complete(open),
    find: async (id) => present(readable(pool.volumes.get(id))),
    findByName: async (name) => present(readable(pool.volumes.withPrefix(prefixOf(pool.id, name)))),
    create: async (spec, signal) => volumeOf(await create(context, spec, signal), context),
    delete: (id, signal) => deleteVolume(context, id, signal),
    list: async (page) => pageOf(pool.volumes.from(page.after), page.limit, (entry) => listedVolumeOf(entry, context)),
  };
}

async function create(context: LocalContext, spec: VolumeSpec, signal: AbortSignal): Promise<VolumeRecord> {
  const { pool, medium, topology, copies } = context;
  if (!isAllowed(topology, spec.places)) {
    throw new BackendError(
      { kind: "wrong-place" },
      `the pool of node ${context.nodeId} cannot be reached from the requested topology`,
    );
  }
  const { source } = spec;
  const key = `volume ${spec.name}`;
  if (source === undefined) {
    copies.refuseIfMade(key);
    return makeVolume(context, spec, signal);
  }
  if (source.kind === "snapshot") await copies.settled(source.id, signal);
  else await medium.requireCopy(needVolume(pool, source.id), signal);
  if (!medium.copiesSlowly) return makeVolume(context, spec, signal);
  const still = source.kind === "volume" && medium.copiesWhatIsStill;
  const wish = { key, wish: JSON.stringify(spec), source: source.id, still };
  return copies.join(wish, () => makeVolume(context, spec, copies.signal), signal);
}

async function makeVolume(context: LocalContext, spec: VolumeSpec, signal: AbortSignal): Promise<VolumeRecord> {
  const { pool, medium } = context;
  const { places: _, claim, ...creation } = spec;
  const record: VolumeRecord = {
    id: pool.newId(spec.name),
    createdAt: context.now().toISOString(),
    creation,
    claim,
    sizeBytes: spec.sizeBytes,
    parameters: spec.parameters,
    ...medium.bytesOf(spec),
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
      await medium.fill(spec, data, signal);
      return record;
    },
    signal,
  );
  pool.volumes.put(record);
  return record;
}

async function deleteVolume(context: LocalContext, id: string, signal: AbortSignal): Promise<void> {
  const { pool, host, copies } = context;
  const record = readable(pool.volumes.get(id));
  if (record === undefined) return;
  copies.refuseIfRead("volume", id, "any");
  const steps = await planDelete(context, record, signal);
  const folder = folderOfVolume(pool, id);
  const grave = pool.trash.placeFor(folder);
  await host.perform({ steps: [...steps, { do: "rename", from: folder, to: grave }] }, signal);
  pool.volumes.remove(id);
  pool.trash.empty();
}

/** Refuses while anybody uses it. A device that nobody holds is the rest of a stage that a crash cut off. */
async function planDelete(
  { host, medium }: LocalContext,
  record: VolumeRecord,
  signal: AbortSignal,
): Promise<readonly Step[]> {
  const source = medium.sourceOf(record);
  const { volume: facts } = await host.observe(source, {}, signal);
  const inUse = (by: string) => new BackendError({ kind: "in-use", by }, `volume ${record.id} is in use: ${by}`);
  const [attachment] = record.attachments;
  if (attachment !== undefined) throw inUse(`published to node ${attachment.node}`);
  const [shown] = facts.shownAt;
  if (shown !== undefined) throw inUse(`shown at ${shown.path}`);
  const attached = facts.device ?? facts.readOnlyDevice;
  if (attached === undefined || source.kind !== "image") return [];
  // raw blocks have no mount that would tell: attached is staged
  const isBlock = !record.creation.kinds.includes("mount");
  if (isBlock || (await host.isHeldElsewhere(source, signal))) throw inUse(`attached as ${attached.path}`);
  return [{ do: "detach", image: source }];
}
