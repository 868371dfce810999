import { setTimeout as delay } from "node:timers/promises";
import { deviceSizeOf } from "../../host/device-size.ts";
import { releaseByForce } from "../../host/force-release.ts";
import { identityOf, isHeld, type Loop, type Loops } from "../../host/loop.ts";
import type { Run } from "../../host/run.ts";
import type { Throttle } from "../../host/throttle.ts";
import type { Log } from "../../log.ts";
import { HostError } from "../../node/host-error.ts";
import { type Limits, noLimits } from "../../node/volume.ts";
import type { Plug } from "../world/states.ts";
import { Bursts } from "./bursts.ts";
import { makeLinks, ownLink, type Place, removeLinks, targetOf } from "./links.ts";
import { planPlug, type SeenLoop, type Step } from "./plan.ts";
import type { Wanted } from "./wanted.ts";

/** What is wanted, and where its bytes are. */
export interface Order extends Wanted {
  readonly file: string;
}

export interface PlugReport {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly plug: Plug;
}

/** Who says what is to be plugged in, and hears what is. */
export interface Orders {
  wanted(): Promise<readonly Order[]>;
  report(plugs: readonly PlugReport[]): Promise<void>;
  /** How long nothing is expected to change by itself, in milliseconds. */
  quietMs(): number;
}

export interface HandsParts {
  readonly orders: Orders;
  readonly loops: Loops;
  readonly run: Run;
  readonly throttle: Throttle;
  /** `/dev`, but for tests. */
  readonly directory: string;
  readonly log: Log;
  readonly onStep?: OnPlugStep;
}

/** Told before and after each step that changes something. */
export type OnPlugStep = (step: Step, phase: "before" | "after") => void;

/** How soon to look again where somebody still uses what is to go, or empties a bucket. */
const impatientMs = 100;

/**
 * The hypervisor's hands on this machine: what is attached to an instance appears as a loop device, throttled as the
 * volume is, and goes when it is detached. They look at the world and at the machine and bring the one in step with
 * the other, so that it does not matter what was interrupted.
 */
export class Hands {
  readonly #parts: HandsParts;
  readonly #limits = new Map<string, Limits>();
  readonly #bursts = new Bursts();
  readonly #closing = new AbortController();
  #wake = new AbortController();
  readonly #working: Promise<void>;
  /** Resolves once they have looked for the first time: what was plugged in before is known from then on. */
  readonly ready: Promise<void>;

  constructor(parts: HandsParts) {
    this.#parts = parts;
    const first = Promise.withResolvers<void>();
    this.ready = first.promise;
    this.#working = this.#work(first.resolve);
  }

  /** Something has changed. */
  poke(): void {
    this.#wake.abort();
  }

  /** What is plugged in stays. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake.abort();
    await this.#working;
    this.#parts.throttle.close();
  }

  async #work(onFirst: () => void): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#wake = new AbortController();
      const isWaiting = await this.#round().catch((error: unknown) => {
        this.#parts.log.error({ err: error }, "the hands cannot work");
        return true;
      });
      onFirst();
      const restMs = Math.min(this.#parts.orders.quietMs(), isWaiting ? impatientMs : Number.POSITIVE_INFINITY);
      await delay(Math.max(1, restMs), undefined, { signal: this.#wake.signal }).catch(() => {});
    }
  }

  /** Looks once and does what is to be done. True where it does not end with that. */
  async #round(): Promise<boolean> {
    const orders = await this.#parts.orders.wanted();
    const reports: PlugReport[] = [];
    for (const order of orders) {
      const { volumeId, instanceId } = order;
      reports.push({ volumeId, instanceId, plug: await this.#serve(order, orders) });
    }
    await this.#parts.orders.report(reports);
    return orders.some(({ wish, performance }, index) => {
      if (reports[index]?.plug === "unplugged") return false;
      return wish === "out" || wish === "forced" || performance.burst !== undefined;
    });
  }

  async #serve(order: Order, all: readonly Order[]): Promise<Plug> {
    const loop = await this.#find(order, all);
    try {
      await this.#perform(planPlug(order, loop), order, loop);
    } catch (error) {
      const { volumeId, instanceId } = order;
      if (!(error instanceof HostError && error.kind === "in-use"))
        this.#parts.log.error({ err: error, volume: volumeId, instance: instanceId }, "cannot plug or unplug");
      // a device that cannot go is as good as held
      return loop === undefined ? "unplugged" : "held";
    }
    const now = await this.#find(order, all);
    if (now === undefined) return "unplugged";
    return now.isHeld ? "held" : "plugged";
  }

  async #perform(steps: readonly Step[], order: Order, seen: SeenLoop | undefined): Promise<void> {
    let loop: Pick<SeenLoop, "path" | "device"> | undefined = seen;
    for (const step of steps) {
      if (step === "attach") loop = await this.#noted(step, () => this.#attach(order));
      else if (loop !== undefined) await this.#performOn(loop, step, order);
    }
    const isNews = steps.some((step) => step !== "limit");
    if (isNews)
      this.#parts.log.info(
        { volume: order.volumeId, instance: order.instanceId, device: loop?.path, steps },
        "plugged",
      );
  }

  async #performOn(
    loop: Pick<SeenLoop, "path" | "device">,
    step: Exclude<Step, "attach">,
    order: Order,
  ): Promise<void> {
    const { loops, run } = this.#parts;
    const place = this.#placeOf(order);
    switch (step) {
      case "limit":
        return this.#limit(step, loop.device, this.#bursts.limitsOf(loop.device, order.performance, performance.now()));
      case "unlimit":
        this.#bursts.forget(loop.device);
        return this.#limit(step, loop.device, noLimits);
      case "link":
        return this.#noted(step, () => makeLinks(place, loop.path));
      case "unlink":
        return this.#noted(step, () => removeLinks(place, loop.path));
      case "grow":
        return this.#noted(step, () => loops.refreshSize(order.file));
      case "release-by-force":
        return this.#noted(step, () => releaseByForce(loop, loops, run));
      case "detach":
        return this.#noted(step, () => loops.detachOne(loop.path, order.file));
      default:
        return step satisfies never;
    }
  }

  async #attach({ file }: Order): Promise<Loop> {
    const { loops, throttle } = this.#parts;
    const loop = await loops.attach({ kind: "image", file, sectorBytes: 512, discard: true }, false);
    this.#limits.delete(loop.device);
    this.#bursts.forget(loop.device);
    throttle.set(loop.device, noLimits); // what a former user of the number left
    return loop;
  }

  async #limit(step: Step, device: string, limits: Limits): Promise<void> {
    const known = this.#limits.get(device);
    if (known?.iops === limits.iops && known?.throughputBytes === limits.throughputBytes && known !== undefined) return;
    await this.#noted(step, async () => this.#parts.throttle.set(device, limits));
    this.#limits.set(device, limits);
  }

  async #noted<T>(step: Step, work: () => Promise<T>): Promise<T> {
    this.#parts.onStep?.(step, "before");
    const done = await work();
    this.#parts.onStep?.(step, "after");
    return done;
  }

  /** By its link; or, where a crash came before the link, the one that shows the volume and is nobody else's. */
  async #find(order: Order, all: readonly Order[]): Promise<SeenLoop | undefined> {
    const identity = await identityOf(order.file);
    const showing = identity === undefined ? [] : await this.#parts.loops.showingFile(identity);
    if (showing.length === 0) return undefined;
    const target = await targetOf(ownLink(this.#placeOf(order)));
    const linked = showing.find(({ path }) => path === target);
    const others = all.filter(
      ({ volumeId, instanceId }) => volumeId === order.volumeId && instanceId !== order.instanceId,
    );
    const taken = await Promise.all(others.map((other) => targetOf(ownLink(this.#placeOf(other)))));
    const loop = linked ?? showing.find(({ path }) => !taken.includes(path));
    if (loop === undefined) return undefined;
    return {
      path: loop.path,
      device: loop.device,
      isHeld: (order.wish === "out" || order.wish === "forced") && (await isHeld(loop.path)),
      sizeBytes: deviceSizeOf(loop.device),
      isLinked: loop === linked,
    };
  }

  #placeOf({ instanceId, volumeId, device }: Order): Place {
    return { directory: this.#parts.directory, instanceId, volumeId, device };
  }
}
