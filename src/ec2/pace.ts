/** How many calls may come at once, and how many more each second ("Request throttling for the Amazon EC2 API"). */
const buckets = {
  read: { capacity: 100, perSecond: 20 },
  write: { capacity: 50, perSecond: 5 },
} as const;

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Token buckets, one for each action in each region. */
export class Pace {
  /** How much quicker than AWS the clock of this world runs. */
  readonly #speed: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Takes a token; false where there is none. */
  take(key: string, kind: keyof typeof buckets, now: number): boolean {
    const { capacity, perSecond } = buckets[kind];
    const { tokens, at } = this.#buckets.get(key) ?? { tokens: capacity, at: now };
    const filled = Math.min(capacity, tokens + ((now - at) / 1000) * perSecond * this.#speed);
    const isEnough = filled >= 1;
    this.#buckets.set(key, { tokens: isEnough ? filled - 1 : filled, at: now });
    return isEnough;
  }
}
