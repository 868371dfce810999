import { unlessAborted } from "./unless-aborted.ts";

/**
 * Many questions after one thing each → few questions after many things. What comes while an answer is awaited goes with
 * the next question, so that nobody waits for others to come along.
 */
export class Batcher<Answer> {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;
  readonly #most: number;
  #waiting = new Map<string, Waiting<Answer>>();
  #asking = false;

  constructor(most: number, ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {
    this.#most = most;
    this.#ask = ask;
  }

  /** Undefined: the answer names nothing of that key. Whoever gives up early does not end the question for others. */
  async find(key: string, signal: AbortSignal): Promise<Answer | undefined> {
    signal.throwIfAborted();
    const waiting = this.#waiting.get(key) ?? Promise.withResolvers<Answer | undefined>();
    this.#waiting.set(key, waiting);
    if (!this.#asking) void this.#run();
    return await unlessAborted(waiting.promise, signal);
  }

  async #run(): Promise<void> {
    this.#asking = true;
    // what is asked for in the same turn goes together
    await undefined;
    while (this.#waiting.size > 0) await this.#askFor(this.#take());
    this.#asking = false;
  }

  #take(): ReadonlyMap<string, Waiting<Answer>> {
    const taken = new Map([...this.#waiting].slice(0, this.#most));
    for (const key of taken.keys()) this.#waiting.delete(key);
    return taken;
  }

  async #askFor(taken: ReadonlyMap<string, Waiting<Answer>>): Promise<void> {
    try {
      const answers = await this.#ask([...taken.keys()]);
      for (const [key, { resolve }] of taken) resolve(answers.get(key));
    } catch (error) {
      for (const { reject } of taken.values()) reject(error);
    }
  }
}

type Waiting<Answer> = PromiseWithResolvers<Answer | undefined>;
