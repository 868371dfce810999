/** How many volumes an instance takes (EC2 user guide, "Amazon EBS volume limits for Amazon EC2 instances"). */
export interface AttachLimit {
  readonly volumes: number;
  /** Shared: network interfaces, beyond the first, take from the same number. */
  readonly kind: "shared" | "dedicated";
  readonly isNitro: boolean;
  readonly bareMetal: boolean;
}

/** A type is known by its form, `family.size`: this is no list of what AWS offers today. */
export const isInstanceType = (name: string): boolean => /^[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+$/.test(name);

export function attachLimitOf(instanceType: string): AttachLimit {
  const [family = "", size = ""] = instanceType.split(".");
  const bareMetal = size.startsWith("metal");
  if (xenFamilies.has(family)) return { volumes: 39, kind: "dedicated", isNitro: false, bareMetal };
  if (bareMetal) return { volumes: 31, kind: "dedicated", isNitro: true, bareMetal };
  const generation = Number(/^[a-z]+(\d+)/.exec(family)?.[1] ?? "5");
  if (generation >= 7 && bigFamilies.test(family))
    return { volumes: seventhGeneration(size), kind: "dedicated", isNitro: true, bareMetal };
  return { volumes: 27, kind: "shared", isNitro: true, bareMetal };
}

/** The instances before Nitro. */
const xenFamilies = new Set([
  ...["c1", "c3", "c4", "d2", "f1", "g3", "h1", "i2", "i3", "m1", "m2", "m3", "m4", "p2", "p3", "r3", "r4"],
  ...["t1", "t2", "x1", "x1e"],
]);

/** Intel and AMD machines of the seventh generation and later have slots of their own for volumes. */
const bigFamilies = /^[a-z]+\d+(i|a)/;

function seventhGeneration(size: string): number {
  const times = Number(/^(\d+)xlarge/.exec(size)?.[1] ?? "1");
  if (times >= 48) return 128;
  if (times >= 24) return 88;
  if (times >= 16) return 64;
  if (times >= 12) return 48;
  return 32;
}
