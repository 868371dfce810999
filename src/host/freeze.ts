import { CommandError, type Run } from "./run.ts";

/**
 * Filesystems that we froze. Each is thawed by a timer at the latest: whoever waits for a write inside must not wait
 * for a slow copy.
 */
export class Freezer {
  readonly #run: Run;
  readonly #maxMs: number;
  readonly #frozen = new Map<string, NodeJS.Timeout>();

  constructor(run: Run, maxMs: number) {
    this.#run = run;
    this.#maxMs = maxMs;
  }

  /** Stops writes and makes what is on the device consistent. What somebody else has frozen (EBUSY) is left to him. */
  async freeze(path: string): Promise<void> {
    try {
      await this.#run(["fsfreeze", "--freeze", path]);
      this.#frozen.set(
        path,
        setTimeout(() => void this.thaw(path, false).catch(() => {}), this.#maxMs),
      );
    } catch (error) {
      if (!(error instanceof CommandError) || !/busy/i.test(error.stderr)) throw error;
    }
  }

  /** Lets writes go on. What is not frozen (EINVAL) stays so. */
  async thaw(path: string, anyones: boolean): Promise<void> {
    if (!this.#frozen.has(path) && !anyones) return;
    clearTimeout(this.#frozen.get(path));
    this.#frozen.delete(path);
    try {
      await this.#run(["fsfreeze", "--unfreeze", path]);
    } catch (error) {
      if (!(error instanceof CommandError) || !/invalid argument/i.test(error.stderr)) throw error;
    }
  }
}
