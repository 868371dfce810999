import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../../host/errno.ts";
import { copiesOf, removeFile, removeTree } from "../../host/files.ts";
import type { LinuxHost } from "../../host/linux-host.ts";
import type { Log } from "../../log.ts";
import { HostError } from "../../node/host-error.ts";
import type { Plan, Step } from "../../node/step.ts";
import { PoolCapacity } from "../../pool/capacity.ts";
import { dataIn, unfinishedName, unfinishedPrefix } from "../../pool/layout.ts";
import { sparseImageOf } from "../../pool/pool-image.ts";
import { readRecord, seal } from "../../pool/record.ts";
import { Trash } from "../../pool/trash.ts";
import type { BurntToken, InstanceRecord, SnapshotRecord, VolumeRecord } from "../world/records.ts";
import { outcomeOf } from "../world/states.ts";
import { planRelease, planStill } from "./hold-still.ts";
import type { Keeper, Origin } from "./keeper.ts";
import { fileOf, type OpenedState, type StateFolder } from "./state-folder.ts";

export interface DiskKeeperParts {
  readonly state: OpenedState;
  readonly host: LinuxHost;
  readonly log: Log;
}

const gibibyte = 2 ** 30;

/** What was begun is done to its end: nobody asks less of it than all. */
const neverAborted = new AbortController().signal;

/**
 * `--state DIR`: a folder for each volume and snapshot with its record and its bytes. It is made under a name that
 * nobody looks at and appears by one rename; it goes by a rename into the trash.
 */
export async function diskKeeper({ state, host, log }: DiskKeeperParts): Promise<Keeper> {
  const { folder } = state;
  const capacity = new PoolCapacity({ root: folder.root, sparseImage: await sparseImageOf(folder.root), ratio: 1 });
  const trash = new Trash({ folder: folder.trash, host, onGone: () => {} });
  const still = { folder: folder.frozen, loops: host.loops, fileOf: (id: string) => fileOf(folder, id) };
  const volume = (id: string) => join(folder.volumes, id);
  const snapshot = (id: string) => join(folder.snapshots, id);
  const perform = (plan: Plan) => host.perform(plan, neverAborted);

  const recordVolume = (record: VolumeRecord): Step => writing(join(volume(record.id), "volume.json"), record);

  async function discard(path: string, before: readonly Step[] = []): Promise<void> {
    await perform({ steps: [...before, { do: "rename", from: path, to: trash.placeFor(path) }] });
    trash.empty();
  }

  function refuseIfLow(): void {
    if (capacity.state().isLow) throw new HostError("no-space", `${folder.root} has no space left`);
  }

  function filling(to: string, sizeBytes: number, origin: Origin | undefined): Step {
    if (origin === undefined) return { do: "make-image", path: to, sizeBytes, allocate: false };
    if (origin.kind === "file") return { do: "copy-image", from: origin.id, to, sizeBytes };
    const from = dataIn(origin.kind === "snapshot" ? snapshot(origin.id) : volume(origin.id));
    return { do: "clone-image", from, to, sizeBytes };
  }

  /** All of them, or none. */
  async function cut(records: readonly SnapshotRecord[]): Promise<void> {
    const making = records.map((record) => ({
      ...{ parent: folder.snapshots, id: record.id, record, file: "snapshot.json" },
      fill: (to: string) => filling(to, 0, { kind: "volume", id: record.volumeId }),
    }));
    // one alone is an instant anyway, and what its filesystem holds back is the instance's own affair, as at AWS
    const ids = records.length === 1 ? [] : records.map(({ volumeId }) => volumeId);
    const { steps, finally: after = [] } = await planStill(ids, still);
    try {
      await perform({ steps: [...steps, ...making.flatMap(appearing)], finally: after });
    } catch (error) {
      for (const one of making) {
        await removeTree(unfinished(one));
        if ((await ifThere(stat(snapshot(one.id)))) !== undefined) await discard(snapshot(one.id));
      }
      throw error;
    }
  }

  return {
    async load() {
      await perform(await planRelease(still));
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
      const sizeBytes = record.shape.sizeGiB * gibibyte;
      if (origin?.kind === "file") await refuseIfLarger(origin.id, sizeBytes);
      const fill = (to: string) => filling(to, sizeBytes, origin);
      const making = { parent: folder.volumes, id: record.id, record, file: "volume.json", fill };
      try {
        await perform({ steps: appearing(making) });
      } catch (error) {
        await removeTree(unfinished(making));
        throw error;
      }
    },
    async saveVolume(record) {
      const last = record.modifications.at(-1);
      const sizeBytes = (last === undefined ? 0 : outcomeOf(last).sizeGiB) * gibibyte;
      const resizing: Step = { do: "resize-image", path: dataIn(volume(record.id)), sizeBytes };
      await perform({ steps: [...(last === undefined ? [] : [resizing]), recordVolume(record)] });
    },
    removeVolume: (record, burnt) =>
      discard(volume(record.id), burnt === undefined ? [] : [writing(tokenFile(folder, burnt.token), burnt)]),
    async forgetToken(token) {
      // the copy first: alone it would be found by nobody
      for (const path of copiesOf(tokenFile(folder, token)).toReversed()) await removeFile(path);
    },
    async createSnapshots(records) {
      refuseIfLow();
      await cut(records);
    },
    saveSnapshot: (record) => perform({ steps: [writing(join(snapshot(record.id), "snapshot.json"), record)] }),
    removeSnapshot: (record) => discard(snapshot(record.id)),
    saveInstance: (record) => perform({ steps: [writing(join(folder.instances, `${record.id}.json`), record)] }),
    async close() {
      await trash.settled();
      await state.close();
    },
  };
}

const writing = (path: string, record: object): Step => ({ do: "write-record", path, record: seal(record) });

/** A thing with a folder of its own, before it exists. */
interface Making {
  readonly parent: string;
  readonly id: string;
  readonly record: object;
  readonly file: string;
  readonly fill: (to: string) => Step;
}

const unfinished = ({ parent, id }: Pick<Making, "parent" | "id">): string => join(parent, unfinishedName(id));

function appearing(making: Making): Step[] {
  const folder = unfinished(making);
  return [
    { do: "make-directory", path: folder },
    making.fill(dataIn(folder)),
    writing(join(folder, making.file), making.record),
    { do: "rename", from: folder, to: join(making.parent, making.id) },
  ];
}

/** What is more than the volume holds is refused and not cut off. */
async function refuseIfLarger(path: string, sizeBytes: number): Promise<void> {
  const { size } = await stat(path);
  if (size > sizeBytes) throw new HostError("no-space", `${path} holds ${size} bytes, more than the volume`);
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
