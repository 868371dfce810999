import { setTimeout as delay } from "node:timers/promises";

/**
 * Wishes about one thing that come close together are carried out as one. The first one waits a moment for others;
 * what comes once the work has begun is the next one's.
 */
export class Joiner<Wish, Result> {
  readonly #pending = new Map<string, Joined<Wish, Result>>();
  readonly #waitMs: number;
  readonly #merge: (a: Wish, b: Wish) => Wish;
  readonly #work: (key: string, wish: Wish) => Promise<Result>;

  constructor(waitMs: number, merge: (a: Wish, b: Wish) => Wish, work: (key: string, wish: Wish) => Promise<Result>) {
    this.#waitMs = waitMs;
    this.#merge = merge;
    this.#work = work;
  }

  /** `merge` throws where the wishes exclude each other: then only the later one fails. */
  do(key: string, wish: Wish): Promise<Result> {
    const waiting = this.#pending.get(key);
    if (waiting !== undefined) {
      waiting.wish = this.#merge(waiting.wish, wish);
      return waiting.result;
    }
    const joined: Joined<Wish, Result> = { wish, result: delay(this.#waitMs).then(() => this.#begin(key, joined)) };
    this.#pending.set(key, joined);
    return joined.result;
  }

  #begin(key: string, joined: Joined<Wish, Result>): Promise<Result> {
    this.#pending.delete(key);
    return this.#work(key, joined.wish);
  }
}

interface Joined<Wish, Result> {
  wish: Wish;
  readonly result: Promise<Result>;
}
