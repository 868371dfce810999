import { aborted } from "./errors.ts";

/** A key that a call holds while it works: alone, or together with others that only share it. */
export interface Lock {
  readonly key: string;
  readonly shared: boolean;
}

export const exclusive = (key: string): Lock => ({ key, shared: false });
export const shared = (key: string): Lock => ({ key, shared: true });

/**
 * The key of a volume or snapshot. Ids of pools end in a random part that tells two lives of one name apart; a Create
 * knows only the part before it, so that part is dropped here and a Create and a Delete of one name meet.
 */
export const volumeKey = (id: string): string => `volume/${withoutRandomPart(id)}`;
export const snapshotKey = (id: string): string => `snapshot/${withoutRandomPart(id)}`;
export const groupKey = (id: string): string => `group/${withoutRandomPart(id)}`;
/** Held by what may freeze a volume: two cuts of one volume at a time would thaw under each other. */
export const cutKey = (volumeId: string): string => `cut/${withoutRandomPart(volumeId)}`;
/** Held by what shows a volume on this node, alone where its access mode allows one path. */
export const publishKey = (volumeId: string): string => `publish/${withoutRandomPart(volumeId)}`;
export const targetKey = (path: string): string => `target/${path}`;

/** A change of a volume's size or attributes: alone, or beside another where the backend makes one of both. */
export const changeLock = (id: string, joins: boolean): Lock => ({ key: volumeKey(id), shared: joins });

const withoutRandomPart = (id: string): string => id.replace(/^([0-9a-f]{8}-[0-9a-f]{20})-[0-9a-f]{6}$/, "$1");

interface Waiter {
  readonly locks: readonly Lock[];
  readonly start: () => void;
}

/**
 * Who holds what, and who waits for it, in order of arrival.
 *
 * A call takes all its keys in one step or none, so two calls cannot hold half of what the other needs. Nothing is
 * awaited between look and take. Who waits blocks those behind it on the same keys: nobody starves.
 */
export class Locks {
  readonly #held = new Map<string, { count: number; shared: boolean }>();
  readonly #waiting = new Set<Waiter>();

  /** Runs `work` with the locks held; waits for them up to `patienceMs`, then ABORTED. */
  async run<T>(locks: readonly Lock[], patienceMs: number, work: () => Promise<T>): Promise<T> {
    const wanted = merge(locks);
    if (wanted.length === 0) return work();
    await this.#take(wanted, patienceMs);
    try {
      return await work();
    } finally {
      this.#release(wanted);
    }
  }

  /** How many keys are held now. */
  get size(): number {
    return this.#held.size;
  }

  #take(locks: readonly Lock[], patienceMs: number): Promise<void> | undefined {
    if (this.#isFree(locks, this.#claimed())) {
      this.#hold(locks);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        locks,
        start: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(aborted(`an operation is pending for ${this.#obstacle(locks)}`));
        this.#wake();
      }, patienceMs);
      this.#waiting.add(waiter);
    });
  }

  #release(locks: readonly Lock[]): void {
    for (const { key } of locks) {
      const holding = this.#held.get(key);
      if (holding === undefined) continue;
      holding.count -= 1;
      if (holding.count === 0) this.#held.delete(key);
    }
    this.#wake();
  }

  #wake(): void {
    const claimed = new Map<string, boolean>();
    for (const waiter of this.#waiting) {
      if (this.#isFree(waiter.locks, claimed)) {
        this.#waiting.delete(waiter);
        this.#hold(waiter.locks);
        waiter.start();
      } else claim(claimed, waiter.locks);
    }
  }

  #isFree(locks: readonly Lock[], claimed: ReadonlyMap<string, boolean>): boolean {
    return locks.every(({ key, shared }) => {
      const holding = this.#held.get(key);
      if (holding !== undefined && !(shared && holding.shared)) return false;
      const ahead = claimed.get(key);
      return ahead === undefined || (shared && ahead);
    });
  }

  #hold(locks: readonly Lock[]): void {
    for (const { key, shared } of locks) {
      const holding = this.#held.get(key);
      if (holding === undefined) this.#held.set(key, { count: 1, shared });
      else holding.count += 1;
    }
  }

  /** What those who wait already have a claim to: key → whether all of them only share it. */
  #claimed(): Map<string, boolean> {
    const claimed = new Map<string, boolean>();
    for (const waiter of this.#waiting) claim(claimed, waiter.locks);
    return claimed;
  }

  #obstacle(locks: readonly Lock[]): string {
    const blocked = locks.find((lock) => !this.#isFree([lock], new Map()));
    return (blocked ?? locks[0])?.key ?? "it";
  }
}

function claim(claimed: Map<string, boolean>, locks: readonly Lock[]): void {
  for (const { key, shared } of locks) claimed.set(key, (claimed.get(key) ?? true) && shared);
}

/** The same key twice is held once, exclusively if either asks so. */
function merge(locks: readonly Lock[]): readonly Lock[] {
  const merged = new Map<string, Lock>();
  for (const lock of locks) {
    const before = merged.get(lock.key);
    merged.set(lock.key, before === undefined ? lock : { key: lock.key, shared: before.shared && lock.shared });
  }
  return [...merged.values()];
}
