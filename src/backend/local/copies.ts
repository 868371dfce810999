import { busy, type VolumeSource } from "../backend.ts";

/** Of failures that nobody asked for again, the last ones are remembered. */
const mostFailures = 100;

interface Running {
  readonly work: Promise<unknown>;
  readonly wish: string;
  readonly source: string;
  /** Whether the source must stay as it is meanwhile. */
  readonly still: boolean;
}

export interface CopyWish {
  /** What is made: one copy of it at a time. */
  readonly key: string;
  /** All that was asked of it: the same key with another wish is not the same copy. */
  readonly wish: string;
  readonly source: string;
  readonly still: boolean;
}

/**
 * Copies that take longer than a caller may wait: they go on when he has gone, and are there for him when he asks again.
 * Whatever a crash cuts off was never finished, and begins anew.
 */
export class Copies {
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, Error>();
  readonly #stopping = new AbortController();

  /** Aborted when the driver ends: what is not whole by then begins anew after the next start. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Begins, or takes part in what was begun. Gone with `signal`, the work goes on. */
  async join<T>({ key, wish, source, still }: CopyWish, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#running.get(key);
    if (before !== undefined && before.wish !== wish) throw otherCopy(before);
    const running = before ?? { work: work().finally(() => this.#running.delete(key)), wish, source, still };
    this.#running.set(key, running);
    running.work.catch(() => {}); // whoever waits for it hears of it
    return untilAborted(running.work as Promise<T>, signal);
  }

  /** Resolves when nothing of that key is being made any more, whatever became of it. */
  async settled(key: string, signal: AbortSignal): Promise<void> {
    const running = this.#running.get(key);
    if (running !== undefined)
      await untilAborted(
        running.work.catch(() => {}),
        signal,
      );
  }

  /** Keeps why a copy failed for whoever asks for it next: he who asked first may have gone. */
  noteFailure(key: string, error: Error): void {
    this.#failures.set(key, error);
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > mostFailures && oldest !== undefined) this.#failures.delete(oldest);
  }

  /** Told once: the next try begins anew. */
  takeFailure(key: string): Error | undefined {
    const error = this.#failures.get(key);
    this.#failures.delete(key);
    return error;
  }

  isRunning(key: string): boolean {
    return this.#running.has(key);
  }

  /** Refuses to make anew what is being made as a copy: there would be two of one name. */
  refuseIfMade(key: string): void {
    const running = this.#running.get(key);
    if (running !== undefined) throw otherCopy(running);
  }

  /** Refuses what would take a volume or a snapshot away, or change it, while it is being copied. */
  refuseIfRead(kind: VolumeSource["kind"], source: string, only: "still" | "any"): void {
    const reader = [...this.#running.values()].find(
      (running) => running.source === source && (only === "any" || running.still),
    );
    if (reader !== undefined) throw busy(`${kind} ${source} is being copied; try again`);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([...this.#running.values()].map(({ work }) => work));
  }
}

const otherCopy = ({ source }: Running): Error => busy(`another copy of that name is being made from ${source}`);

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}
