import { HostError } from "../node/host-error.ts";
import type { Step } from "../node/step.ts";
import { CommandError, type Run } from "./run.ts";

/** Runs commands so that they hold the lock on a file. */
type Under = (lockFile: string) => Run;
type Freeze = Omit<Extract<Step, { do: "freeze" }>, "do">;

/**
 * Filesystems that we froze. Each is thawed by a timer at the latest, for whoever waits for a write inside must not wait
 * for a slow copy; unless that is what was asked for.
 */
export class Freezer {
  readonly #run: Run;
  readonly #under: Under;
  readonly #maxMs: number;
  readonly #frozen = new Map<string, NodeJS.Timeout | undefined>();

  constructor(run: Run, under: Under, maxMs: number) {
    this.#run = run;
    this.#under = under;
    this.#maxMs = maxMs;
  }

  /**
   * Stops writes and makes what is on the device consistent. What somebody else has frozen (EBUSY) is left to him. The
   * tool dies with the driver, unless it waits in the kernel: then it holds the lock until it is done.
   */
  async freeze({ path, bounded, ours, mark }: Freeze): Promise<void> {
    try {
      await this.#under(mark)(["setpriv", "--pdeathsig", "KILL", "fsfreeze", "--freeze", path]);
    } catch (error) {
      if (!(error instanceof CommandError) || !/busy/i.test(error.stderr)) throw error;
      if (!ours) return;
      throw new HostError("busy", `${path} is frozen by somebody else, who may thaw it at any time; try again`, {
        cause: error,
      });
    }
    const thaw = () => void this.thaw(path, false).catch(() => {});
    this.#frozen.set(path, bounded ? setTimeout(thaw, this.#maxMs) : undefined);
  }

  /** Still frozen by us, and since it was: what its timer thaws is not ours from then on. */
  requireFrozen(path: string): void {
    if (this.#frozen.has(path)) return;
    throw new HostError(
      "busy",
      `${path} was thawed before all was copied, so the copies are not of one instant: it took longer than --max-freeze (${this.#maxMs} ms); try again, or allow more`,
    );
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
