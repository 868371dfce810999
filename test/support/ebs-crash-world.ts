import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Co, CoVolume, VolumeWish } from "./co.ts";
import { CrashWorld } from "./crash-world.ts";
import { instanceId } from "./ebs-backend.ts";
import { startEbsDriver } from "./ebs-driver.ts";
import { ebsPictureOf } from "./ebs-picture.ts";
import { startTestEc2, type TestEc2 } from "./ec2.ts";
import { eventually } from "./eventually.ts";
import { KillPoints, type Nth } from "./kill-points.ts";
import type { KilledWorld } from "./killed-world.ts";
import { makeSandbox, type Sandbox } from "./sandbox.ts";

/** Which program dies. */
export type Victim = "driver" | "ec2";

const program = fileURLToPath(new URL("stepping-ec2.ts", import.meta.url));

/** A driver of the EBS backend and the simulator before which it works: one of them can be killed at any point. */
export class EbsCrashWorld implements KilledWorld {
  readonly sandbox: Sandbox;
  readonly victim: Victim;
  readonly #points: KillPoints;
  #ec2: TestEc2;
  #driver: CrashWorld | undefined;
  #tries = 0;

  private constructor(sandbox: Sandbox, victim: Victim, points: KillPoints, ec2: TestEc2) {
    this.sandbox = sandbox;
    this.victim = victim;
    this.#points = points;
    this.#ec2 = ec2;
  }

  static async make(victim: Victim): Promise<EbsCrashWorld> {
    const sandbox = await makeSandbox({ plain: true });
    const points = await KillPoints.of("ec2", sandbox);
    const world = new EbsCrashWorld(sandbox, victim, points, await startTestEc2(sandbox, options(points)));
    world.#driver = await CrashWorld.in(sandbox, (more) => startEbsDriver(sandbox, world.#ec2, more));
    return world;
  }

  get store(): string {
    return this.sandbox.path("ec2");
  }

  get co(): Co {
    return this.#world.co;
  }

  get #world(): CrashWorld {
    if (this.#driver === undefined) throw new Error("no driver runs");
    return this.#driver;
  }

  call<Answer extends object = Record<string, unknown>>(rpc: string, request: object): Promise<Answer> {
    return this.#world.call<Answer>(rpc, request);
  }

  /** EC2 remembers the token of a name for as long as the tests take, so none comes twice. */
  nameFor(what: string): string {
    this.#tries += 1;
    return `${what}-t${this.#tries}`;
  }

  async bring(what: string, wish: VolumeWish): Promise<CoVolume> {
    const volume = await this.co.create(this.nameFor(what), wish);
    return { ...volume, publishContext: await this.attach(volume) };
  }

  async attach({ id, capability, context }: CoVolume): Promise<object> {
    const request = { volumeId: id, nodeId: instanceId, volumeCapability: capability, volumeContext: context };
    return (await this.call<{ publishContext: object }>("ControllerPublishVolume", request)).publishContext;
  }

  async show(what: string, wish: VolumeWish): Promise<CoVolume> {
    const volume = await this.bring(what, wish);
    await this.co.show(volume);
    return volume;
  }

  async end(volume: CoVolume): Promise<void> {
    await this.co.hide(volume);
    await this.call("ControllerUnpublishVolume", { volumeId: volume.id, nodeId: instanceId });
    await this.co.delete(volume);
    await rm(dirname(volume.staging), { recursive: true, force: true });
  }

  pointsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
    if (this.victim === "driver") return this.#world.pointsOf(work);
    return this.#points.during(async () => {
      await work();
      // hands go on behind the answer
      await this.picture();
    });
  }

  async cutCall(way: readonly string[], rpc: string, request: object): Promise<void> {
    if (this.victim === "driver") await this.#world.cutCall(way, rpc, request);
    else if (isLookedForLong(rpc)) await this.#killBoth(way, () => this.#world.driver.client.call(rpc, request));
    else await this.#killEc2(way, () => this.call(rpc, request));
  }

  /** While EC2 is away the driver goes on, and whoever asked it asks again: what was cut is done by that alone. */
  async #killEc2(way: readonly string[], call: () => Promise<unknown>): Promise<void> {
    const { work } = await this.#points.killAt(lastOf(way), this.#ec2.process, call);
    await this.#startEc2();
    await work;
  }

  async #killBoth(way: readonly string[], call: () => Promise<unknown>): Promise<void> {
    const { work } = await this.#points.killAt(lastOf(way), this.#ec2.process, call);
    await this.#world.kill();
    await expect(work, "the call that was cut").rejects.toThrow();
    await this.#startEc2();
    await this.#world.start();
  }

  async #startEc2(): Promise<void> {
    const port = Number(new URL(this.#ec2.url).port);
    this.#ec2.client.destroy();
    this.#ec2 = await startTestEc2(this.sandbox, { ...options(this.#points), port });
  }

  async picture(): Promise<object> {
    return await eventually(() => ebsPictureOf(this.sandbox, this.#ec2));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver?.driver.kill();
    await this.#ec2.kill();
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** By its name: what the hands do and what is asked meanwhile come in an order that is chance. */
const lastOf = (way: readonly string[]): Nth => {
  const of = way.at(-1) ?? "";
  return { nth: way.filter((point) => point === of).length, of };
};

/**
 * A driver whose request for snapshots got no answer looks for them for ten seconds before it asks again. That is tried
 * with one; for groups, which have three times as many points, the driver dies with EC2 and knows of nothing.
 */
const isLookedForLong = (rpc: string): boolean => rpc === "CreateVolumeGroupSnapshot";

const options = ({ env }: KillPoints) => ({ program, env });
