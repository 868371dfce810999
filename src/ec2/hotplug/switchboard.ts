import type { Loops } from "../../host/loop.ts";
import type { OrderedKeeper } from "../keeper/in-order.ts";
import type { World } from "../world/world.ts";
import type { Order, Orders, PlugReport } from "./hands.ts";
import { nextMoment, type Wanted, wantedOf } from "./wanted.ts";

export interface SwitchboardParts {
  readonly world: World;
  readonly keeper: Pick<OrderedKeeper, "settled">;
  readonly loops: Loops;
  readonly fileOf: (volumeId: string) => string;
  /** Whether hands of this process plug in what is attached to instances that nobody else plays. */
  readonly plugsHere: boolean;
  /** How long buckets last, in units of how long they last at AWS. */
  readonly burstScale: number;
}

/** How long nobody looks at most: somebody may have unmounted what is to go. */
const mostQuietMs = 1000;

/** Which hands plug in for which instance: those of this process, or an agent's that has named itself. */
export class Switchboard {
  readonly #parts: SwitchboardParts;
  readonly #agents = new Set<string>();
  /** What hands were told last of each attachment that they were ever told to plug in, until it is out again. */
  readonly #told = new Map<string, Wanted["wish"]>();

  constructor(parts: SwitchboardParts) {
    this.#parts = parts;
  }

  hasHands(instanceId: string): boolean {
    return this.#parts.plugsHere || this.#agents.has(instanceId);
  }

  /**
   * Whether a device may still appear: hands work through their orders in their own time, and what was ordered before a
   * detach may be done after it. Only what they find once they know of the detach proves that nothing is there.
   */
  isInHands(volumeId: string, instanceId: string): boolean {
    return this.#told.has(keyOf({ volumeId, instanceId }));
  }

  /** What an agent is to plug in. Whoever asks is the instance's hands from then on. */
  async ordersFor(instanceId: string): Promise<{ readonly orders: readonly Order[]; readonly quietMs: number }> {
    this.#agents.add(instanceId);
    return { orders: await this.#orders((id) => id === instanceId), quietMs: this.#quietMs() };
  }

  async report(plugs: readonly PlugReport[]): Promise<void> {
    for (const { volumeId, instanceId, plug } of plugs) {
      this.#parts.world.setPlug(volumeId, instanceId, plug);
      const key = keyOf({ volumeId, instanceId });
      // one that was told to plug it in and could not says so too, whatever it has begun
      if (plug === "unplugged" && this.#told.get(key) !== "in") this.#told.delete(key);
    }
  }

  /** For the hands of this process. */
  own(): Orders {
    const isOurs = (id: string) => this.#parts.plugsHere && !this.#agents.has(id);
    return {
      wanted: async () => {
        await this.#watchOthers(isOurs);
        return this.#orders(isOurs);
      },
      report: (plugs) => this.report(plugs),
      quietMs: () => this.#quietMs(),
    };
  }

  /** Nothing is plugged in or taken out before it is on disk why: after a crash nobody else would undo it. */
  async #orders(isOurs: (instanceId: string) => boolean): Promise<readonly Order[]> {
    const { world, keeper, fileOf, burstScale } = this.#parts;
    const wanted = wantedOf(world, isOurs, burstScale);
    this.#note(wanted); // before anything is awaited: a detach that comes meanwhile must know of it
    const writes = await Promise.allSettled(wanted.map(({ volumeId }) => keeper.settled(volumeId)));
    // what could not be written is not so
    const sound = wanted.filter((_, index) => writes[index]?.status === "fulfilled");
    return sound.map((one) => ({ ...one, file: fileOf(one.volumeId) }));
  }

  #note(wanted: readonly Wanted[]): void {
    for (const one of wanted) {
      const key = keyOf(one);
      if (one.wish === "in" || this.#told.has(key)) this.#told.set(key, one.wish);
    }
  }

  /**
   * Whatever an agent says or does not say: as long as a device of this machine shows a volume, it is not detached, and
   * so it is attached nowhere else.
   */
  async #watchOthers(isOurs: (instanceId: string) => boolean): Promise<void> {
    const { world, loops, fileOf } = this.#parts;
    for (const { volumeId, instanceId, wish } of wantedOf(world, (id) => !isOurs(id))) {
      // and an agent that has not asked since this process began says nothing of what it plugged in before
      const isUnsure = wish === "out" || wish === "forced" || !this.#agents.has(instanceId);
      const isShown = (await loops.showing(fileOf(volumeId))).length > 0;
      const plug = world.moment().plugOf(volumeId, instanceId);
      if (!isShown) world.setPlug(volumeId, instanceId, "unplugged");
      else if (isUnsure && plug === "unplugged" && !this.#isElsewhere(volumeId, instanceId))
        world.setPlug(volumeId, instanceId, "plugged");
    }
  }

  /** Whether the device may be another instance's, of those that share the volume. */
  #isElsewhere(volumeId: string, instanceId: string): boolean {
    const volume = this.#parts.world.findVolume(volumeId);
    return volume?.attachments.some((other) => other.instanceId !== instanceId && other.detach === undefined) ?? false;
  }

  #quietMs(): number {
    const next = nextMoment(this.#parts.world);
    return Math.min(mostQuietMs, next === undefined ? mostQuietMs : Math.max(0, next - this.#parts.world.now));
  }
}

const keyOf = ({ volumeId, instanceId }: Pick<Wanted, "volumeId" | "instanceId">): string =>
  `${volumeId}/${instanceId}`;
