import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, moveDurably, removeTree, syncPath, writeRecord } from "../../host/files.ts";
import { Freezer } from "../../host/freeze.ts";
import { cloneImage, makeImage, resizeImage } from "../../host/image.ts";
import type { Loops } from "../../host/loop.ts";
import type { Run } from "../../host/run.ts";
import type { Log } from "../../log.ts";
import { HostError } from "../../node/host-error.ts";
import { PoolCapacity } from "../../pool/capacity.ts";
import { dataIn, unfinishedName, unfinishedPrefix } from "../../pool/layout.ts";
import { sparseImageOf } from "../../pool/pool-image.ts";
import { readRecord, seal } from "../../pool/record.ts";
import { Trash } from "../../pool/trash.ts";
import type { BurntToken, InstanceRecord, SnapshotRecord, VolumeRecord } from "../world/records.ts";
import { holdStill, releaseAll } from "./hold-still.ts";
import type { Keeper, Origin } from "./keeper.ts";
import { fileOf, type OpenedState, type StateFolder } from "./state-folder.ts";

export interface DiskKeeperParts {
  readonly state: OpenedState;
  readonly run: Run;
  readonly loops: Loops;
  readonly log: Log;
}

const gibibyte = 2 ** 30;

/** How long volumes may be held still for snapshots of one instant. */
const mostStillMs = 30_000;

/**
 * `--state DIR`: a folder for each volume and snapshot with its record and its bytes. It is made under a name that
 * nobody looks at and appears by one rename; it goes by a rename into the trash.
 */
export async function diskKeeper({ state, run, loops, log }: DiskKeeperParts): Promise<Keeper> {
  const { folder } = state;
  const capacity = new PoolCapacity({ root: folder.root, sparseImage: await sparseImageOf(folder.root), ratio: 1 });
  const trash = new Trash({ folder: folder.trash, loops, onGone: () => {} });
  const freezer = new Freezer(run, mostStillMs);
  const still = { folder: folder.frozen, loops, freezer, fileOf: (id: string) => fileOf(folder, id) };
  const volume = (id: string) => join(folder.volumes, id);
  const snapshot = (id: string) => join(folder.snapshots, id);

  async function discard(path: string): Promise<void> {
    await moveDurably(path, trash.placeFor(path));
    trash.empty();
  }

  function refuseIfLow(): void {
    if (capacity.state().isLow) throw new HostError("no-space", `${folder.root} has no space left`);
  }

  async function fill(data: string, { shape }: VolumeRecord, origin: Origin | undefined): Promise<void> {
    const sizeBytes = shape.sizeGiB * gibibyte;
    if (origin === undefined) return makeImage(data, sizeBytes, false, run);
    if (origin.kind === "file") await copyFile(origin.id, data, sizeBytes, run);
    else
      await cloneImage(dataIn(origin.kind === "snapshot" ? snapshot(origin.id) : volume(origin.id)), data, sizeBytes);
  }

  /** All of them, or none. */
  async function cut(records: readonly SnapshotRecord[]): Promise<void> {
    const made: string[] = [];
    try {
      for (const record of records) {
        await appear(folder.snapshots, record.id, async (unfinished) => {
          await cloneImage(dataIn(volume(record.volumeId)), dataIn(unfinished), 0);
          await writeRecord(join(unfinished, "snapshot.json"), seal(record));
        });
        made.push(record.id);
      }
    } catch (error) {
      for (const id of made) await discard(snapshot(id));
      throw error;
    }
  }

  return {
    async load() {
      await releaseAll(still);
      const kept = {
        volumes: await readAll<VolumeRecord>(folder.volumes, (id) => join(volume(id), "volume.json"), log),
        snapshots: await readAll<SnapshotRecord>(folder.snapshots, (id) => join(snapshot(id), "snapshot.json"), log),
        instances: await readAll<InstanceRecord>(folder.instances, (name) => join(folder.instances, name), log),
        burnt: await readAll<BurntToken>(folder.tokens, (name) => join(folder.tokens, name), log),
      };
      trash.empty();
      return kept;
    },
    async createVolume(record, origin) {
      refuseIfLow();
      await appear(folder.volumes, record.id, async (unfinished) => {
        await fill(dataIn(unfinished), record, origin);
        await writeRecord(join(unfinished, "volume.json"), seal(record));
      });
    },
    async saveVolume(record) {
      const last = record.modifications.at(-1);
      if (last !== undefined) await resizeImage(dataIn(volume(record.id)), last.to.sizeGiB * gibibyte);
      await writeRecord(join(volume(record.id), "volume.json"), seal(record));
    },
    async removeVolume(record, burnt) {
      if (burnt !== undefined) await writeRecord(tokenFile(folder, burnt.token), seal(burnt));
      await discard(volume(record.id));
    },
    async createSnapshots(records) {
      refuseIfLow();
      // one alone is an instant anyway, and what its filesystem holds back is the instance's own affair, as at AWS
      if (records.length === 1) return cut(records);
      const ids = records.map(({ volumeId }) => volumeId);
      await holdStill(ids, still, () => cut(records));
    },
    saveSnapshot: (record) => writeRecord(join(snapshot(record.id), "snapshot.json"), seal(record)),
    removeSnapshot: (record) => discard(snapshot(record.id)),
    saveInstance: (record) => writeRecord(join(folder.instances, `${record.id}.json`), seal(record)),
    async close() {
      await trash.settled();
      await state.close();
    },
  };
}

/** All of it, or nothing. */
async function appear(parent: string, id: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  const unfinished = join(parent, unfinishedName(id));
  try {
    await makeDirectory(unfinished);
    await make(unfinished);
    await syncPath(unfinished);
    await moveDurably(unfinished, join(parent, id));
  } catch (error) {
    await removeTree(unfinished);
    throw error;
  }
}

/** The file's bytes, its holes kept; whatever is more than the volume holds is refused and not cut off. */
async function copyFile(from: string, to: string, sizeBytes: number, run: Run): Promise<void> {
  await run(["cp", "--reflink=auto", "--sparse=always", "--", from, to]);
  const { size } = await stat(to);
  if (size > sizeBytes) throw new HostError("no-space", `${from} holds ${size} bytes, more than the volume`);
  await resizeImage(to, sizeBytes);
}

/** What a crash left unfinished goes; what cannot be read is named, and left as it is. */
async function readAll<R extends object>(folder: string, recordOf: (name: string) => string, log: Log): Promise<R[]> {
  const records: R[] = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith(unfinishedPrefix)) await removeTree(join(folder, name));
    else if (!/\.(copy|new)$/.test(name)) {
      const read = await readRecord(recordOf(name), (body) => body as R);
      if (read.state === "readable") records.push(read.record);
      else log.error({ record: recordOf(name), reason: read.reason }, "a record cannot be read");
    }
  }
  return records;
}

const tokenFile = ({ tokens }: StateFolder, token: string): string =>
  join(tokens, `${createHash("sha256").update(token).digest("hex").slice(0, 32)}.json`);
