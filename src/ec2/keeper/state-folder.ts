import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../../host/errno.ts";
import { syncPath, writeRecord } from "../../host/files.ts";
import type { HeldLock } from "../../host/flock.ts";
import { canClone, cloneProbe } from "../../host/image.ts";
import type { Run } from "../../host/run.ts";
import { PoolError } from "../../pool/create-pool.ts";
import { dataIn } from "../../pool/layout.ts";
import { lockPool } from "../../pool/lock.ts";
import { hasPoolImage, makePoolImage, mountPoolImage, releasePoolImage } from "../../pool/pool-image.ts";
import { readRecord, seal } from "../../pool/record.ts";

/** Where things lie in the folder that `--state` names. */
export interface StateFolder {
  readonly root: string;
  readonly volumes: string;
  readonly snapshots: string;
  readonly instances: string;
  readonly tokens: string;
  readonly trash: string;
  /** One empty file for each volume that is held still right now. */
  readonly frozen: string;
}

const layoutOf = (root: string): StateFolder => ({
  root,
  volumes: join(root, "volumes"),
  snapshots: join(root, "snapshots"),
  instances: join(root, "instances"),
  tokens: join(root, "tokens"),
  trash: join(root, "trash"),
  frozen: join(root, "frozen"),
});

/** The bytes of a volume. Whoever has a device can tell by this path which volume it shows. */
export const fileOf = ({ volumes }: StateFolder, volumeId: string): string => dataIn(join(volumes, volumeId));

/** Says what the folder is, so that nothing else is ever taken for one. */
const markerIn = (root: string): string => join(root, "ec2.json");

export interface OpenState {
  readonly root: string;
  /** How large the image is that is made where the folder's filesystem cannot share blocks. It is sparse. */
  readonly imageBytes: number;
  readonly endpoint: string;
  readonly run: Run;
}

export interface OpenedState {
  readonly folder: StateFolder;
  close(): Promise<void>;
}

/**
 * Opens the folder, and makes it where it is missing or empty. Snapshots need files that share blocks, and volumes of
 * 64 TiB a filesystem that has such files: where the directory's has not, the folder is an XFS in an image beside it.
 */
export async function openState({ root, imageBytes, endpoint, run }: OpenState): Promise<OpenedState> {
  if (await hasPoolImage(root)) await mountPoolImage(root, run);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const names = ((await ifThere(readdir(root))) ?? []).filter((name) => !name.startsWith(cloneProbe));
  if (!names.includes("ec2.json")) {
    // a try that was cut off leaves empty folders of ours at the most
    const known = [...Object.values(layoutOf(root)), join(root, "lock")];
    const stranger = names.find((name) => name !== "lost+found" && !known.includes(join(root, name)));
    if (stranger !== undefined) throw new PoolError(`${root} holds ${stranger} and is no state of kura ec2`);
    if (!(await hasPoolImage(root)) && !(await canClone(root))) {
      await makePoolImage(root, imageBytes, true, run);
      await mountPoolImage(root, run);
    }
  }
  const lock = await lockPool(root, join(root, "lock"), { pid: process.pid, endpoint }, run);
  return { folder: await prepare(root, lock), close: () => leave(root, lock, run) };
}

async function prepare(root: string, lock: HeldLock): Promise<StateFolder> {
  try {
    const layout = layoutOf(root);
    for (const path of Object.values(layout)) await mkdir(path, { recursive: true, mode: 0o700 });
    if ((await ifThere(readdir(root)))?.includes("ec2.json")) {
      const read = await readRecord(markerIn(root), (body) => body);
      if (read.state === "unreadable") throw new PoolError(`the state in ${root} cannot be read: ${read.reason}`);
    } else await writeRecord(markerIn(root), seal({ createdAt: new Date().toISOString() }));
    await syncPath(root);
    return layout;
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** The mount of the image stays where a volume of it is still plugged in. */
async function leave(root: string, lock: HeldLock, run: Run): Promise<void> {
  await lock.release();
  if (await hasPoolImage(root)) await releasePoolImage(root, run);
}
