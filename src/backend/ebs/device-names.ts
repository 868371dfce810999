/**
 * The names under which EC2 attaches volumes. On today's instances they name nothing on the node (it finds the volume by
 * its serial number), but each must be free on the instance. The order is that of the upstream driver: the first 52
 * can be used everywhere, the last ones are for instances with more than a hundred volumes.
 */
export const deviceNames: readonly string[] = [
  ...letters("a", "z").map((letter) => `/dev/xvda${letter}`),
  ...letters("a", "z").map((letter) => `/dev/xvdb${letter}`),
  ...letters("a", "x").map((letter) => `/dev/xvdc${letter}`),
  ...letters("a", "x").map((letter) => `/dev/xvdd${letter}`),
  ...letters("b", "z").map((letter) => `/dev/xvd${letter}`),
  ...letters("b", "z").map((letter) => `/dev/sd${letter}`),
];

function letters(from: string, to: string): readonly string[] {
  const [first, last] = [from.charCodeAt(0), to.charCodeAt(0)];
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index));
}

/** A name that one of our calls has taken, whether EC2 shows it yet or not. */
interface Taken {
  readonly volume: string;
  readonly at: number;
}

/**
 * Which names are free on each instance: not in use as EC2 tells, nor taken by a call of ours that EC2 may not show yet.
 * Names that EC2 said to be taken though it does not list them are tried last.
 */
export class DeviceNames {
  readonly #taken = new Map<string, Map<string, Taken>>();
  readonly #doubtful = new Map<string, Set<string>>();
  readonly #keepMs: number;
  readonly #now: () => number;

  constructor(keepMs: number, now: () => number) {
    this.#keepMs = keepMs;
    this.#now = now;
  }

  /** Every name in use there, as EC2 tells and as we know. */
  inUse(instance: string, told: Iterable<string>): ReadonlySet<string> {
    const taken = this.#taken.get(instance) ?? new Map<string, Taken>();
    for (const [name, { at }] of taken) if (this.#now() - at > this.#keepMs) taken.delete(name);
    return new Set([...told, ...taken.keys()]);
  }

  /** Takes a free name; undefined where there is none. Nothing is awaited between look and take. */
  take(instance: string, volume: string, inUse: ReadonlySet<string>): string | undefined {
    const free = deviceNames.filter((name) => !inUse.has(name));
    const doubtful = this.#doubtful.get(instance);
    const name = free.find((name) => !doubtful?.has(name)) ?? free[0];
    if (name === undefined) return undefined;
    const taken = this.#taken.get(instance) ?? new Map<string, Taken>();
    this.#taken.set(instance, taken.set(name, { volume, at: this.#now() }));
    return name;
  }

  /** The volume is not, or no longer, attached there. */
  release(instance: string, volume: string): void {
    const taken = this.#taken.get(instance);
    for (const [name, { volume: holder }] of taken ?? []) if (holder === volume) taken?.delete(name);
    if (taken?.size === 0) this.#taken.delete(instance);
  }

  doubt(instance: string, name: string): void {
    this.#doubtful.set(instance, (this.#doubtful.get(instance) ?? new Set()).add(name));
  }
}
