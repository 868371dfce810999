import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type CsiClient, csiClient } from "../../src/grpc/client.ts";
import { askDriver } from "../../src/grpc/maintenance.ts";
import type { Finding } from "../../src/pool/check.ts";
import type { Garbage } from "../../src/pool/garbage.ts";
import { Co, type CoVolume } from "./co.ts";
import { startTestDriver, type TestDriver } from "./driver.ts";
import { insist } from "./insist.ts";
import { pictureOf } from "./picture.ts";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

const program = fileURLToPath(new URL("stepping-driver.ts", import.meta.url));

/** A sandbox with a driver in it that can be killed at any step, and that comes back. */
export class CrashWorld implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly #flags: readonly string[];
  #driver: TestDriver | undefined;

  private constructor(sandbox: Sandbox, flags: readonly string[]) {
    this.sandbox = sandbox;
    this.#flags = flags;
    const stream: CsiClient["stream"] = (...call) => this.driver.client.stream(...call);
    this.co = new Co(sandbox, { client: { call: this.call, stream, close: () => {} } });
  }

  static async make(flags: readonly string[] = [], options: SandboxOptions = {}): Promise<CrashWorld> {
    const world = new CrashWorld(await makeSandbox(options), flags);
    await world.#signalAt(undefined);
    await world.start();
    return world;
  }

  get driver(): TestDriver {
    if (this.#driver === undefined) throw new Error("no driver runs");
    return this.#driver;
  }

  kill(): Promise<void> {
    return this.driver.kill();
  }

  async start(): Promise<void> {
    await this.#driver?.kill();
    const env = { KURA_TEST_STEPS: this.#stepsFile, KURA_TEST_KILL: this.#killFile };
    this.#driver = await startTestDriver(this.sandbox, { flags: this.#flags, program, env });
  }

  /** Kubernetes, as patient as it is: the same request until there is a final answer. */
  readonly co: Co;

  /** The same request until there is a final answer. */
  call = <Answer extends object = Record<string, unknown>>(rpc: string, request: object): Promise<Answer> =>
    insist<Answer>(this.driver.client, rpc, request);

  /** To its end, and kubelet's folders with it. */
  async end(volume: CoVolume): Promise<void> {
    await this.co.end(volume);
    await rm(dirname(volume.staging), { recursive: true, force: true });
  }

  /** Every point at which `work` can be cut: the beginnings and ends of its steps, in order. */
  async pointsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    await writeFile(this.#stepsFile, "");
    await work();
    return this.#steps();
  }

  /** Does `work` and kills the driver at the given point of it, the first being 1. Returns the points that were seen. */
  async cut(point: number, work: (client: CsiClient) => Promise<unknown>): Promise<readonly string[]> {
    await writeFile(this.#stepsFile, "");
    await this.#signalAt(point);
    const { process: child, endpoint } = this.driver;
    const client = csiClient(endpoint);
    const died = once(child, "exit");
    const outcome = work(client).then(
      () => "answered",
      () => "cut",
    );
    const signal = await Promise.race([
      died.then(([, signal]) => signal as string),
      delay(60_000, "nothing", { ref: false }),
    ]);
    const answer = await outcome;
    client.close();
    await this.#signalAt(undefined);
    expect({ signal, answer }, `the driver was to be killed at point ${point}`).toEqual({
      signal: "SIGKILL",
      answer: "cut",
    });
    return this.#steps();
  }

  /** The point of `work` at which a step begins or ends (`after freeze`), learnt by doing it once. */
  async pointAt(what: string, work: () => Promise<unknown>): Promise<number> {
    const point = (await this.pointsOf(work)).indexOf(what) + 1;
    expect(point, `${what} happens`).toBeGreaterThan(0);
    return point;
  }

  /** Halts the driver at a point of what is asked of it next, until it is sent a SIGCONT. */
  async haltAt(point: number): Promise<void> {
    await writeFile(this.#stepsFile, "");
    await this.#signalAt(point, "SIGSTOP");
  }

  /** Starts a driver that is to be killed in its own recovery. */
  async cutStart(point: number): Promise<readonly string[]> {
    await writeFile(this.#stepsFile, "");
    await this.#signalAt(point);
    await expect(this.start()).rejects.toThrow("ended at once");
    await this.#signalAt(undefined);
    return this.#steps();
  }

  /** What there is now, once what was deleted is gone; nothing may be there that a crash left. */
  async picture(): Promise<object> {
    const { endpoint } = this.driver;
    const left = ((await askDriver(endpoint, "gc")) as readonly Garbage[]).filter(({ kind }) => kind !== "trash");
    expect(left, "what a crash left behind").toEqual([]);
    await askDriver(endpoint, "gc --delete");
    expect((await askDriver(endpoint, "check")) as readonly Finding[], "what kura pool check finds").toEqual([]);
    return pictureOf(this.sandbox, endpoint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver?.kill();
    await this.sandbox[Symbol.asyncDispose]();
  }

  get #stepsFile(): string {
    return this.sandbox.path("steps");
  }

  get #killFile(): string {
    return this.sandbox.path("kill");
  }

  #signalAt(point: number | undefined, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    return writeFile(this.#killFile, point === undefined ? "" : `${point} ${signal}`);
  }

  async #steps(): Promise<readonly string[]> {
    return (await readFile(this.#stepsFile, "utf8")).split("\n").filter((line) => line !== "");
  }
}
