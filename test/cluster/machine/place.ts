import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type HeldLock, takeLock } from "../../../src/host/flock.ts";
import { commandRunner } from "../../../src/host/run.ts";
import { until } from "../until.ts";

const prefix = "kura-cluster-";

/** Where a cluster keeps everything that it is made of, and by which it is found again. */
export interface Place {
  readonly folder: string;
  /** Names what cannot lie in the folder: cgroups. */
  readonly name: string;
  /** Held as long as the process lives that made the cluster, or removes it. */
  readonly lock: HeldLock;
}

export async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const place = await takePlace(folder);
  if (place === undefined) throw new Error(`somebody else has taken ${folder}`);
  return place;
}

/** What runs that were killed left behind: their folders are there, and nobody holds their lock. */
export async function abandonedPlaces(): Promise<readonly Place[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  const places = await Promise.all(names.map((name) => takePlace(join(tmpdir(), name))));
  return places.filter((place) => place !== undefined);
}

async function takePlace(folder: string): Promise<Place | undefined> {
  const lock = await takeLock(join(folder, "owner"), commandRunner());
  return lock && { folder, name: basename(folder), lock };
}

/** Processes whose command line has this in it, as a path that only one cluster has. */
async function processesWith(text: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return pids.filter((_, index) => lines[index]?.includes(text));
}

/** Kills them, until there are none. */
export async function killProcessesWith(text: string): Promise<void> {
  const killed = new Set<number>();
  await until(`no process has ${text} in its command line`, async () => {
    for (const pid of await processesWith(text)) {
      killed.add(pid);
      kill(pid);
    }
    for (const pid of killed) if (await isTakenApart(pid)) killed.delete(pid);
    return killed.size === 0 ? true : undefined;
  });
}

/** Its command line goes first; its ports, locks and files only with the last of its threads. */
async function isTakenApart(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const stats = await Promise.all(
    threads.map((id) => readFile(`/proc/${pid}/task/${id}/stat`, "utf8").catch(() => "")),
  );
  return stats.every((stat) => stat === "" || /\) [ZX] /.test(stat));
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it was quicker
  }
}

export async function makeFolder(...names: readonly string[]): Promise<string> {
  const folder = join(...names);
  await mkdir(folder, { recursive: true });
  return folder;
}
