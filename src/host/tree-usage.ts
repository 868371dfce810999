import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, opendir, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ifThere, isErrno } from "./errno.ts";

/** The most entries that are counted: what is larger is told as far as it was counted. */
const mostEntries = 1_000_000;
/** A figure is good for this long, or for twenty times as long as it took: counting takes a twentieth of one core at most. */
const freshMs = 30_000;
const restFactor = 20;
/** How long a question waits for the first figure. */
const patienceMs = 2000;

interface Count {
  readonly bytes: number;
  readonly goodUntil: number;
}

/**
 * What directories take, counted file by file. kubelet asks once a minute for every volume, so figures are kept, and an
 * old one is given while a new one is made; one directory is counted at a time.
 */
export class TreeCounter {
  readonly #counts = new Map<string, Count>();
  readonly #running = new Map<string, Promise<void>>();
  #turn: Promise<void> = Promise.resolve();

  async bytesOf(path: string): Promise<number | undefined> {
    const known = this.#counts.get(path);
    if (known !== undefined && known.goodUntil > performance.now()) return known.bytes;
    const counting = this.#count(path);
    if (known === undefined) await Promise.race([counting, delay(patienceMs, undefined, { ref: false })]);
    return this.#counts.get(path)?.bytes;
  }

  #count(path: string): Promise<void> {
    const running = this.#running.get(path);
    if (running !== undefined) return running;
    const counting = this.#turn
      .then(async () => {
        const started = performance.now();
        const bytes = await countTree(path);
        const ms = performance.now() - started;
        this.#counts.set(path, { bytes, goodUntil: performance.now() + Math.max(freshMs, ms * restFactor) });
      })
      .catch(() => {
        this.#counts.delete(path);
      })
      .finally(() => this.#running.delete(path));
    this.#running.set(path, counting);
    this.#turn = counting;
    this.#forgetOld();
    return counting;
  }

  /** Directories that nobody has asked for in a long time are gone. */
  #forgetOld(): void {
    const past = performance.now() - 10 * freshMs;
    for (const [path, { goodUntil }] of this.#counts) if (goodUntil < past) this.#counts.delete(path);
  }
}

/** Blocks that are taken, a file with several names once; never into what is mounted inside. */
export async function countTree(root: string): Promise<number> {
  const top = await lstat(root);
  const seen = new Set<number>();
  const folders = [await realpath(root)];
  let bytes = top.blocks * 512;
  let entries = 1;
  for (let folder = folders.pop(); folder !== undefined && entries < mostEntries; folder = folders.pop()) {
    for await (const { name, stat } of entriesOf(folder)) {
      if (stat.dev !== top.dev) continue;
      if (stat.isDirectory()) folders.push(join(folder, name));
      else if (stat.nlink > 1) {
        if (seen.has(stat.ino)) continue;
        seen.add(stat.ino);
      }
      bytes += stat.blocks * 512;
      entries += 1;
    }
  }
  return bytes;
}

interface Entry {
  readonly name: string;
  readonly stat: Stats;
}

/**
 * What is in a folder, through a descriptor of it: a pod may put a symlink in its place at any time. One that was not
 * reached by its very path, or is gone, is skipped.
 */
async function* entriesOf(folder: string): AsyncGenerator<Entry> {
  const directory = await openDirectory(folder);
  if (directory === undefined) return;
  try {
    const opened = `/proc/self/fd/${directory.fd}`;
    if ((await readlink(opened)) !== folder) return;
    for await (const names of namesOf(opened)) {
      const found = await Promise.all(names.map((name) => ifThere(lstat(join(opened, name)))));
      for (const [index, stat] of found.entries()) if (stat !== undefined) yield { name: names[index] ?? "", stat };
    }
  } finally {
    await directory.close();
  }
}

const openDirectory = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
};

/** The names in a folder, some at a time: a folder of a million is never held as a whole. */
async function* namesOf(folder: string): AsyncGenerator<readonly string[]> {
  const directory = await opendir(folder, { bufferSize: 256 });
  let names: string[] = [];
  for await (const { name } of directory) {
    names.push(name);
    if (names.length < 64) continue;
    yield names;
    names = [];
  }
  yield names;
}
