import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { type CsiClient, csiClient } from "../../src/grpc/client.ts";
import { askDriver } from "../../src/grpc/maintenance.ts";
import type { Finding } from "../../src/pool/check.ts";
import type { Garbage } from "../../src/pool/garbage.ts";
import { Co, type CoVolume, type VolumeWish } from "./co.ts";
import { type DriverOptions, startTestDriver, type TestDriver } from "./driver.ts";
import { insist } from "./insist.ts";
import { KillPoints } from "./kill-points.ts";
import type { KilledWorld } from "./killed-world.ts";
import { pictureOf } from "./picture.ts";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

const program = fileURLToPath(new URL("stepping-driver.ts", import.meta.url));

/** A sandbox with a driver in it that can be killed at any step, and that comes back. */
export class CrashWorld implements KilledWorld {
  readonly sandbox: Sandbox;
  readonly #points: KillPoints;
  readonly #start: StartDriver;
  #driver: TestDriver | undefined;

  private constructor(sandbox: Sandbox, points: KillPoints, start: StartDriver) {
    this.sandbox = sandbox;
    this.#points = points;
    this.#start = start;
    const stream: CsiClient["stream"] = (...call) => this.driver.client.stream(...call);
    this.co = new Co(sandbox, { client: { call: this.call, stream, close: () => {} } });
  }

  static async make(flags: readonly string[] = [], options: SandboxOptions = {}): Promise<CrashWorld> {
    const sandbox = await makeSandbox(options);
    return CrashWorld.in(sandbox, (more) => startTestDriver(sandbox, { flags, ...more }));
  }

  static async in(sandbox: Sandbox, start: StartDriver): Promise<CrashWorld> {
    const world = new CrashWorld(sandbox, await KillPoints.of("driver", sandbox), start);
    await world.start();
    return world;
  }

  get driver(): TestDriver {
    if (this.#driver === undefined) throw new Error("no driver runs");
    return this.#driver;
  }

  get store(): string {
    return this.sandbox.pool;
  }

  kill(): Promise<void> {
    return this.driver.kill();
  }

  async start(): Promise<void> {
    await this.#driver?.kill();
    this.#driver = await this.#start({ program, env: this.#points.env });
  }

  /** Kubernetes, as patient as it is: the same request until there is a final answer. */
  readonly co: Co;

  call = <Answer extends object = Record<string, unknown>>(rpc: string, request: object): Promise<Answer> =>
    insist<Answer>(this.driver.client, rpc, request);

  nameFor(what: string): string {
    return what;
  }

  bring(what: string, wish: VolumeWish): Promise<CoVolume> {
    return this.co.create(what, wish);
  }

  show(what: string, wish: VolumeWish): Promise<CoVolume> {
    return this.co.start(what, wish);
  }

  async end(volume: CoVolume): Promise<void> {
    await this.co.end(volume);
    await rm(dirname(volume.staging), { recursive: true, force: true });
  }

  pointsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    return this.#points.during(work);
  }

  async cutCall(way: readonly string[], rpc: string, request: object): Promise<void> {
    expect(await this.cut(way.length, (client) => client.call(rpc, request))).toEqual(way);
    await this.start();
  }

  /** Does `work` and kills the driver at the given point of it. Returns the points that were seen. */
  async cut(point: number, work: (client: CsiClient) => Promise<unknown>): Promise<readonly string[]> {
    const { process: child, endpoint } = this.driver;
    const client = csiClient(endpoint);
    try {
      const killed = await this.#points.killAt({ nth: point }, child, () => work(client));
      await expect(killed.work, "the call that was cut").rejects.toThrow();
      return killed.reached;
    } finally {
      client.close();
    }
  }

  /** The point of `work` at which a step begins or ends (`after freeze`), learnt by doing it once. */
  async pointAt(what: string, work: () => Promise<unknown>): Promise<number> {
    const point = (await this.pointsOf(work)).indexOf(what) + 1;
    expect(point, `${what} happens`).toBeGreaterThan(0);
    return point;
  }

  /** Halts the driver at a point of what is asked of it next, until it is sent a SIGCONT. */
  haltAt(point: number): Promise<void> {
    return this.#points.signalAt({ nth: point }, "SIGSTOP");
  }

  /** Starts a driver that is to be killed in its own recovery. */
  async cutStart(point: number): Promise<readonly string[]> {
    await this.#points.signalAt({ nth: point });
    await expect(this.start()).rejects.toThrow("ended at once");
    const reached = await this.#points.reached();
    await this.#points.signalAt(undefined);
    return reached;
  }

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
}

/** Starts a driver of that program, with those variables in its environment. */
type StartDriver = (options: Pick<DriverOptions, "program" | "env">) => Promise<TestDriver>;
