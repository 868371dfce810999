import { randomBytes } from "node:crypto";
import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { ifThere } from "../host/errno.ts";
import { removeTree } from "../host/files.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { removeForeignTree } from "../host/tree.ts";

export interface TrashParts {
  readonly folder: string;
  readonly host: Pick<LinuxHost, "loops" | "run">;
  /** Told the id of everything whose bytes were given back. */
  readonly onGone: (id: string) => void;
}

const restMs = 200;

/** What is deleted waits here, out of sight, until its bytes are given back: behind the answer, one after another. */
export class Trash {
  readonly #parts: TrashParts;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: TrashParts) {
    this.#parts = parts;
  }

  /** A name in the trash that no other life of the same id has. */
  placeFor(path: string): string {
    return join(this.#parts.folder, `${basename(path)}.${randomBytes(4).toString("hex")}`);
  }

  /** Empties, a moment later, so that the next calls are not in each other's way. What cannot go now is tried again the next time. */
  empty(): void {
    this.#timer ??= setTimeout(() => this.#begin(), restMs).unref();
  }

  /** Resolves when everything that was to be emptied is. */
  settled(): Promise<void> {
    if (this.#timer !== undefined) this.#begin();
    return this.#work;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#work = this.#work.then(() => this.#emptyNow()).catch(() => {});
  }

  async #emptyNow(): Promise<void> {
    // one that cannot go must not keep the others
    for (const name of (await ifThere(readdir(this.#parts.folder))) ?? []) await this.#emptyOne(name).catch(() => {});
  }

  async #emptyOne(name: string): Promise<void> {
    const path = join(this.#parts.folder, name);
    const data = join(path, "data");
    await this.#letGo(data);
    if ((await ifThere(lstat(data)))?.isDirectory()) await removeForeignTree(data, this.#parts.host.run);
    await removeTree(path);
    this.#parts.onGone(name.slice(0, name.lastIndexOf(".")));
  }

  /** A device that still shows the bytes would keep them. One that is in use is left to its user. */
  async #letGo(file: string): Promise<void> {
    const { loops } = this.#parts.host;
    if ((await loops.showing(file)).length > 0) await loops.detach(file).catch(() => {});
  }
}
