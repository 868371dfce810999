import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../host/errno.ts";
import { isId, prefixOfId } from "./id.ts";
import { unfinishedPrefix } from "./layout.ts";
import { readRecord } from "./record.ts";

/** A thing of the pool: readable, or known by its id only because its record cannot be read. */
export type Entry<R> =
  | { readonly state: "readable"; readonly id: string; readonly record: R }
  | { readonly state: "unreadable"; readonly id: string; readonly reason: string };

export interface StoreShape<R> {
  readonly folder: string;
  /** The record's path: in a folder of the thing's own, or a file beside others. */
  readonly recordOf: (id: string) => string;
  readonly parse: (body: object) => R;
}

/**
 * The things of one folder, in memory: read once at start and kept in step with the disk from then on, so that a call
 * costs the same at ten volumes and at ten thousand. The folder is the truth; this is how it is looked at.
 */
export class Store<R extends { readonly id: string }> {
  readonly #shape: StoreShape<R>;
  readonly #entries = new Map<string, Entry<R>>();
  readonly #byPrefix = new Map<string, string>();
  /** Ids in order, for pages. */
  #order: string[] = [];

  constructor(shape: StoreShape<R>) {
    this.#shape = shape;
  }

  /** Reads the folder. What is unfinished is named, for whoever clears it away. */
  async load(): Promise<readonly string[]> {
    const names = (await ifThere(readdir(this.#shape.folder))) ?? [];
    this.#entries.clear();
    this.#byPrefix.clear();
    const ids = [...new Set(names.map((name) => name.replace(/\.json(\.copy)?$/, "")).filter(isId))];
    for (let start = 0; start < ids.length; start += 64) {
      await Promise.all(ids.slice(start, start + 64).map((id) => this.#loadOne(id)));
    }
    this.#order = [...this.#entries.keys()].sort();
    return names.filter((name) => name.startsWith(unfinishedPrefix)).map((name) => join(this.#shape.folder, name));
  }

  async #loadOne(id: string): Promise<void> {
    const read = await readRecord(this.#shape.recordOf(id), (body) => {
      const record = this.#shape.parse(body);
      if (record.id !== id) throw new Error(`it is the record of ${record.id}`);
      return record;
    });
    this.#entries.set(id, { ...read, id });
    this.#byPrefix.set(prefixOfId(id), id);
  }

  get size(): number {
    return this.#entries.size;
  }

  recordOf(id: string): string {
    return this.#shape.recordOf(id);
  }

  get(id: string): Entry<R> | undefined {
    return this.#entries.get(id);
  }

  /** The one thing that bears this pool's and this name's part of the id. */
  withPrefix(prefix: string): Entry<R> | undefined {
    const id = this.#byPrefix.get(prefix);
    return id === undefined ? undefined : this.#entries.get(id);
  }

  put(record: R): void {
    if (!this.#entries.has(record.id)) {
      this.#order.splice(this.#placeOf(record.id), 0, record.id);
      this.#byPrefix.set(prefixOfId(record.id), record.id);
    }
    this.#entries.set(record.id, { state: "readable", id: record.id, record });
  }

  remove(id: string): void {
    if (!this.#entries.delete(id)) return;
    if (this.#byPrefix.get(prefixOfId(id)) === id) this.#byPrefix.delete(prefixOfId(id));
    this.#order.splice(this.#placeOf(id), 1);
  }

  *all(): Generator<Entry<R>> {
    yield* this.#entries.values();
  }

  /** In the order of ids, from the one after `after` on; what comes and goes meanwhile hides no other. */
  *from(after: string | undefined): Generator<Entry<R>> {
    for (let id = this.#next(after); id !== undefined; id = this.#next(id)) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) yield entry;
    }
  }

  #next(after: string | undefined): string | undefined {
    return this.#order[after === undefined ? 0 : this.#placeOf(`${after}\u0000`)];
  }

  /** Where an id stands, or would stand, in the order. */
  #placeOf(id: string): number {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#order[middle] ?? "") < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
