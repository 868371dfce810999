import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import type { Sandbox } from "./sandbox.ts";

/** The points at which a program built on stepping.ts can be cut: the beginnings and ends of its steps, in order. */
export class KillPoints {
  readonly #stepsFile: string;
  readonly #killFile: string;

  private constructor(sandbox: Sandbox, program: string) {
    this.#stepsFile = sandbox.path(`${program}.steps`);
    this.#killFile = sandbox.path(`${program}.kill`);
  }

  static async of(program: string, sandbox: Sandbox): Promise<KillPoints> {
    const points = new KillPoints(sandbox, program);
    await points.signalAt(undefined);
    return points;
  }

  /** What the program must be started with. */
  get env(): NodeJS.ProcessEnv {
    return { KURA_TEST_STEPS: this.#stepsFile, KURA_TEST_KILL: this.#killFile };
  }

  /** Sends the program a signal at a point of what it does from now on. */
  async signalAt(at: Nth | undefined, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await writeFile(this.#stepsFile, "");
    await writeFile(this.#killFile, at === undefined ? "" : [at.nth, signal, at.of ?? []].flat().join(" "));
  }

  /** The points that `work` goes through. */
  async during(work: () => Promise<unknown>): Promise<readonly string[]> {
    await writeFile(this.#stepsFile, "");
    await work();
    return this.reached();
  }

  /** Begins `work` and waits until the program has died at that point of it. */
  async killAt<T>(at: Nth, child: ChildProcess, begin: () => Promise<T>): Promise<Killed<T>> {
    await this.signalAt(at);
    const died = once(child, "exit").then(([, signal]) => signal as string);
    const work = begin();
    // whoever awaits it hears of it; until then it may fail unheard
    work.catch(() => {});
    const signal = await Promise.race([died, delay(60_000, "nothing", { ref: false })]);
    expect(signal, `what ended the program that was to be killed at ${JSON.stringify(at)}`).toBe("SIGKILL");
    const reached = await this.reached();
    await this.signalAt(undefined);
    return { reached, work };
  }

  async reached(): Promise<readonly string[]> {
    return (await readFile(this.#stepsFile, "utf8")).split("\n").filter((line) => line !== "");
  }
}

/** A point by its number, the first being 1; or by its name, and how often that has come. */
export interface Nth {
  readonly nth: number;
  readonly of?: string;
}

export interface Killed<T> {
  readonly reached: readonly string[];
  /** What becomes of the work, in which the program was needed. */
  readonly work: Promise<T>;
}
