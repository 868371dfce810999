import { claimOfSnapshot } from "../../pool/claims.ts";
import { prefixOf } from "../../pool/id.ts";
import type { SnapshotRecord, VolumeRecord } from "../../pool/records.ts";
import type { Entry } from "../../pool/store.ts";
import {
  BackendError,
  busy,
  isAllowed,
  type Snapshot,
  type SnapshotSpec,
  type Snapshots,
  type Topology,
  type VolumeId,
} from "../backend.ts";
import type { LocalContext, LocalParts } from "./context.ts";
import { folderOfSnapshot, needVolume, readable, snapshotOf } from "./entries.ts";
import { make } from "./make.ts";
import { pageOf } from "./page.ts";
import { createSlowly } from "./slow-snapshot.ts";

export function localSnapshots(context: LocalContext): Snapshots {
  const { pool, topology } = context;
  const present = (record: SnapshotRecord | undefined) =>
    record === undefined ? undefined : snapshotOf(record, topology);
  return {
    keysOf: (name) => [prefixOf(pool.id, name)],
    find: async (id) => present(readable(pool.snapshots.get(id))),
    findByName: async (name) => present(readable(pool.snapshots.withPrefix(prefixOf(pool.id, name)))),
    create: async (spec, signal) => snapshotOf(await create(context, spec, signal), topology),
    delete: (id, signal) => deleteSnapshot(context, id, signal),
    list: async (page, source) =>
      pageOf(pool.snapshots.from(page.after), page.limit, (entry) => listed(entry, source, topology)),
  };
}

/** Of a snapshot whose record cannot be read nobody knows what it is of, so it is not listed; the pool's check tells. */
function listed(entry: Entry<SnapshotRecord>, source: VolumeId | undefined, topology: Topology): Snapshot | undefined {
  if (entry.state === "unreadable" || (source !== undefined && entry.record.source !== source)) return undefined;
  return snapshotOf(entry.record, topology);
}

async function create(
  context: LocalContext,
  { name, source, places, parameters }: SnapshotSpec,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  const { pool, topology, medium } = context;
  const volume = needVolume(pool, source);
  const isHeld = (await medium.held?.suits(volume, parameters, signal)) ?? false;
  if (!isHeld) await medium.requireCopy(volume, signal);
  if (!isAllowed(topology, places)) {
    throw new BackendError(
      { kind: "wrong-place" },
      `a snapshot of volume ${source} is only usable on node ${context.nodeId}`,
    );
  }
  const record = snapshotRecordOf(context, volume, { id: pool.newId(name), name, group: undefined });
  // what is held waits, so that is not done behind the answer
  if (medium.copiesSlowly && !isHeld) return createSlowly(context, volume, record, signal);
  const making = {
    id: record.id,
    parent: pool.layout.snapshots,
    file: "snapshot.json",
    claim: claimOfSnapshot(record),
  } as const;
  await make(
    context,
    making,
    async (data) => {
      await (isHeld && medium.held ? medium.held : medium).copy(volume, data, signal);
      return record;
    },
    signal,
  );
  pool.snapshots.put(record);
  return record;
}

export const snapshotRecordOf = (
  { now }: LocalParts,
  volume: VolumeRecord,
  own: Pick<SnapshotRecord, "id" | "name" | "group">,
): SnapshotRecord => ({
  ...own,
  createdAt: now().toISOString(),
  source: volume.id,
  sizeBytes: volume.sizeBytes,
  parameters: volume.parameters,
  kinds: volume.creation.kinds,
  fsType: volume.creation.fsType,
  filesystem: volume.filesystem,
  sectorBytes: volume.sectorBytes,
});

async function deleteSnapshot({ pool, host, copies }: LocalParts, id: string, signal: AbortSignal): Promise<void> {
  const record = readable(pool.snapshots.get(id));
  if (record === undefined) return;
  if (record.group !== undefined) {
    throw new BackendError(
      { kind: "member-of-group", group: record.group },
      `snapshot ${id} belongs to group snapshot ${record.group} and goes with it`,
    );
  }
  if (copies.isRunning(id)) throw busy(`snapshot ${id} is still being copied; try again`);
  copies.refuseIfRead("snapshot", id, "any");
  const folder = folderOfSnapshot(pool, id);
  const grave = pool.trash.placeFor(folder);
  await host.perform({ steps: [{ do: "rename", from: folder, to: grave }] }, signal);
  pool.snapshots.remove(id);
  pool.trash.empty();
}
