/**
 * How many volumes an instance takes (EC2 user guide, "Amazon EBS volume limits for Amazon EC2 instances"). Drivers tell
 * Kubernetes of it and EC2 holds them to it, so both have it from here. A new size of a known family needs no line.
 */
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
  if (beforeNitro.test(family) && !bareMetal) return { volumes: 39, kind: "dedicated", isNitro: false, bareMetal };
  const kind = ownSlots.test(family) ? "dedicated" : "shared";
  const usual = kind === "shared" ? sharedBy : dedicatedBy;
  return { volumes: exceptions.get(instanceType) ?? usual(size), kind, isNitro: true, bareMetal };
}

const beforeNitro = /^(c1|c3|c4|d2|f1|g3s?|h1|i2|i3|m1|m2|m3|m4|p2|p3|r3|r4|t1|t2|x1e?)$/;

/**
 * Those with slots for volumes alone: from the seventh generation on, but Graviton3; some accelerated ones before.
 */
const ownSlots = /^([cmr]7[ai]|hpc7a|i7|u7|g7|gr?6|f2|p4|p5|p6|trn2|[a-z]+([89]|\d\d))/;

const sharedBy = (size: string): number => (size.startsWith("metal") ? 31 : 27);

function dedicatedBy(size: string): number {
  const times = Number(/^(?:metal-)?(\d+)x/.exec(size)?.[1] ?? 1);
  if (size.startsWith("metal")) return times >= 32 ? 79 : 39;
  if (times >= 48) return 128;
  if (times >= 32) return 88;
  if (times >= 24) return 64;
  return times >= 16 ? 48 : 32;
}

/** Disks and accelerators of the instance's own take slots, and some types are what they are. */
const exceptionLists: readonly (readonly [families: string, volumes: number, sizes: string])[] = [
  ["c5ad", 26, "large xlarge 2xlarge"],
  ["c5ad", 25, "4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"],
  ["c5d", 26, "large xlarge 2xlarge 4xlarge 9xlarge"],
  ["c5d", 25, "12xlarge 18xlarge"],
  ["c5d", 23, "24xlarge"],
  ["m5ad r5ad m5d m5dn r5d r5dn", 26, "large xlarge 2xlarge"],
  ["m5ad r5ad m5d m5dn r5d r5dn", 25, "4xlarge 8xlarge 12xlarge"],
  ["m5ad r5ad m5d m5dn r5d r5dn", 23, "16xlarge 24xlarge"],
  ["c6gd m6gd r6gd c7gd m7gd r7gd x2gd", 26, "medium large xlarge 2xlarge 4xlarge 8xlarge"],
  ["c6gd m6gd r6gd c7gd m7gd r7gd x2gd", 25, "12xlarge 16xlarge"],
  ["c6id m6id m6idn r6id r6idn", 26, "large xlarge 2xlarge 4xlarge 8xlarge"],
  ["c6id m6id m6idn r6id r6idn", 25, "12xlarge 16xlarge"],
  ["c6id m6id m6idn r6id r6idn hpc6id", 23, "24xlarge 32xlarge"],
  ["d3", 24, "xlarge"],
  ["d3", 21, "2xlarge"],
  ["d3", 15, "4xlarge"],
  ["d3", 3, "8xlarge"],
  ["d3en", 25, "xlarge"],
  ["d3en", 23, "2xlarge"],
  ["d3en", 19, "4xlarge"],
  ["d3en", 15, "6xlarge"],
  ["d3en", 11, "8xlarge"],
  ["d3en", 3, "12xlarge"],
  ["dl1", 28, "24xlarge"],
  ["dl2q", 19, "24xlarge"],
  ["g4ad", 25, "xlarge 2xlarge 4xlarge"],
  ["g4ad", 24, "8xlarge"],
  ["g4ad", 21, "16xlarge"],
  ["g4dn g5", 25, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge"],
  ["g4dn g5", 22, "12xlarge 24xlarge"],
  ["g5", 9, "48xlarge"],
  ["g5g", 26, "xlarge 2xlarge 4xlarge 8xlarge"],
  ["g5g", 25, "16xlarge"],
  ["i3en", 26, "large xlarge 3xlarge"],
  ["i3en", 25, "2xlarge 6xlarge"],
  ["i3en", 23, "12xlarge"],
  ["i3en", 19, "24xlarge"],
  ["i4g im4gn i4i", 26, "large xlarge 2xlarge 4xlarge"],
  ["i4g im4gn i4i", 25, "8xlarge"],
  ["i4i", 24, "12xlarge"],
  ["i4g im4gn i4i", 23, "16xlarge"],
  ["i4i", 21, "24xlarge"],
  ["i4i", 19, "32xlarge"],
  ["inf1", 26, "xlarge 2xlarge"],
  ["inf1", 23, "6xlarge"],
  ["inf1", 11, "24xlarge"],
  ["inf2", 26, "xlarge 8xlarge"],
  ["inf2", 28, "24xlarge 48xlarge"],
  ["is4gen", 26, "medium large xlarge 2xlarge"],
  ["is4gen", 25, "4xlarge"],
  ["is4gen", 23, "8xlarge"],
  ["p3dn", 17, "24xlarge"],
  ["trn1", 25, "2xlarge"],
  ["trn1 trn1n", 28, "32xlarge"],
  ["vt1", 25, "3xlarge"],
  ["vt1", 23, "6xlarge"],
  ["x2idn", 26, "16xlarge"],
  ["x2iedn", 26, "xlarge 2xlarge 4xlarge 8xlarge 16xlarge"],
  ["x2idn x2iedn", 25, "24xlarge 32xlarge"],
  ["z1d", 26, "large xlarge 2xlarge 3xlarge 6xlarge"],
  ["z1d", 25, "12xlarge"],
  ["mac1", 16, "metal"],
  ["mac2 mac2-m1ultra mac2-m2 mac2-m2pro mac-m4max", 10, "metal"],
  // with slots of their own
  ["hpc7a", 27, "12xlarge 24xlarge 48xlarge 96xlarge"],
  ["p4d p4de", 28, "24xlarge"],
  ["p5 p5e p5en p6-b200 p6-b300 trn2 c8gn m8gn r8gn", 64, "48xlarge"],
  ["c8gn r8gn", 39, "metal-48xl"],
  ["c8gb r8gb", 78, "metal-48xl"],
  ["c8a m8a r8a", 64, "metal-24xl"],
  ["c8i m8i r8i x8i", 64, "metal-48xl"],
  ["x8aedz", 64, "12xlarge metal-12xl"],
  ["x8aedz", 128, "24xlarge"],
  ["x8aedz", 79, "metal-24xl"],
];

const exceptions: ReadonlyMap<string, number> = new Map(
  exceptionLists.flatMap(([families, volumes, sizes]) =>
    families.split(" ").flatMap((family) => sizes.split(" ").map((size) => [`${family}.${size}`, volumes] as const)),
  ),
);
