import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../host/errno.ts";
import { writeRecord } from "../host/files.ts";
import type { HeldLock } from "../host/flock.ts";
import { canClone } from "../host/image.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { PoolCapacity } from "./capacity.ts";
import { isBlank, lockBlank, makePool, PoolError } from "./create-pool.ts";
import { makeId } from "./id.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { type Holder, lockPool } from "./lock.ts";
import { Marked } from "./marked.ts";
import { hasPoolImage, mountPoolImage, sparseImageOf } from "./pool-image.ts";
import { readRecord, seal } from "./record.ts";
import {
  type GroupRecord,
  parseGroupRecord,
  parseSnapshotRecord,
  parseVolumeRecord,
  type SnapshotRecord,
  type VolumeRecord,
} from "./records.ts";
import { load, recover } from "./recover.ts";
import { Store } from "./store.ts";
import { Trash } from "./trash.ts";

/** A pool that this process has opened, and is the only one to write to. */
export interface Pool {
  readonly id: string;
  readonly layout: Layout;
  /** Whether files here can share blocks: what snapshots and clones of volumes in use need. */
  readonly reflink: boolean;
  readonly volumes: Store<VolumeRecord>;
  readonly snapshots: Store<SnapshotRecord>;
  readonly groups: Store<GroupRecord>;
  readonly capacity: PoolCapacity;
  readonly trash: Trash;
  readonly marked: Marked;
  /** Resolves once everything is read and what a crash left is cleared. */
  readonly loaded: Promise<void>;
  newId(name: string): string;
  close(): Promise<void>;
}

export interface OpenPool {
  readonly root: string;
  readonly self: Holder;
  readonly ratio: number;
  readonly host: LinuxHost;
  /** Where the directory is missing or empty: make a pool there. */
  readonly createWhereEmpty: boolean;
  /** Make it in a sparse image of that size, where files in the directory cannot share blocks. */
  readonly imageBytes?: number | undefined;
  /** Whose volumes lie there: a pool is one backend's, from its first use on. Undefined: only looked at. */
  readonly backend?: string;
  /** Put right what a crash left, as a driver does; otherwise it is only looked at. */
  readonly mend: boolean;
}

/** Mounts, checks, locks; reading goes on behind `loaded`. */
export async function openPool(wish: OpenPool): Promise<Pool> {
  const { root, ratio, host, backend, mend } = wish;
  const layout = layoutOf(root);
  const lock = await lockPlace(wish);
  try {
    if (wish.createWhereEmpty && (await isBlank(root))) await makePool(root, host.run);
    const id = await readPoolId(layout);
    if (backend !== undefined) await claimPool(layout, backend);
    const capacity = new PoolCapacity({ root, sparseImage: await sparseImageOf(root), ratio });
    const reflink = await canClone(layout.trash);
    return openLocked({ id, layout, lock, capacity, reflink, host, mend });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The lock of the pool that is there, or of where one is to be made. In what is neither nothing is written. */
async function lockPlace({ root, self, host, createWhereEmpty, imageBytes }: OpenPool): Promise<HeldLock> {
  const { run } = host;
  if (await hasPoolImage(root)) await mountPoolImage(root, run);
  const layout = layoutOf(root);
  if (createWhereEmpty && (await isBlank(root))) {
    const wished = async () => (imageBytes === undefined || (await canClone(root)) ? undefined : imageBytes);
    return lockBlank({ root, self, imageBytes: wished, sparse: true }, run);
  }
  await readPoolId(layout);
  return lockPool(root, layout.lock, self, run);
}

interface Locked {
  readonly id: string;
  readonly layout: Layout;
  readonly lock: HeldLock;
  readonly capacity: PoolCapacity;
  readonly reflink: boolean;
  readonly host: LinuxHost;
  readonly mend: boolean;
}

function openLocked({ id, layout, lock, capacity, reflink, host, mend }: Locked): Pool {
  const inFolder = (folder: string, file: string) => (id: string) => join(folder, id, file);
  const pool = {
    id,
    layout,
    reflink,
    volumes: new Store({
      folder: layout.volumes,
      recordOf: inFolder(layout.volumes, "volume.json"),
      parse: parseVolumeRecord,
    }),
    snapshots: new Store({
      folder: layout.snapshots,
      recordOf: inFolder(layout.snapshots, "snapshot.json"),
      parse: parseSnapshotRecord,
    }),
    groups: new Store({
      folder: layout.groups,
      recordOf: (id) => join(layout.groups, `${id}.json`),
      parse: parseGroupRecord,
    }),
    capacity,
    trash: new Trash({ folder: layout.trash, host, onGone: (id) => capacity.release(id) }),
    marked: new Marked(layout, host),
    newId: (name: string) => makeId(id, name),
    close: async () => {
      pool.marked.close();
      await pool.trash.settled();
      await lock.release();
    },
  };
  const loaded: Promise<void> = mend ? recover(pool, host) : load(pool).then(() => {});
  loaded.catch(() => {}); // whoever waits for it hears of it
  return Object.assign(pool, { loaded });
}

interface PoolConfig {
  readonly id: string;
  readonly createdAt: string;
  readonly backend?: string;
}

export const readPoolId = async (layout: Layout): Promise<string> => (await readConfig(layout)).id;

/** Images and directories never lie in one pool, so that no backend meets what it cannot serve. */
async function claimPool(layout: Layout, backend: string): Promise<void> {
  const config = await readConfig(layout);
  if (config.backend === undefined) await writeRecord(layout.config, seal({ ...config, backend }));
  else if (config.backend !== backend)
    throw new PoolError(
      `the pool ${layout.root} holds volumes of the ${config.backend} backend; give ${backend} another --pool`,
    );
}

async function readConfig(layout: Layout): Promise<PoolConfig> {
  const read = await readRecord(layout.config, (body) => body as PoolConfig);
  if (read.state === "readable") return read.record;
  const isThere = (await ifThere(stat(layout.config))) !== undefined;
  throw new PoolError(
    isThere
      ? `the pool ${layout.root} cannot be opened: ${read.reason}`
      : `${layout.root} is not a pool (${read.reason}); make one with: kura pool create --pool ${layout.root}`,
  );
}
