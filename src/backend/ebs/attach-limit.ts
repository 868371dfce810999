/**
 * How many volumes an instance takes (EC2 user guide, "Amazon EBS volume limits for Amazon EC2 instances"). Known are the
 * families, not each type: a new size of a known family needs no line.
 */
export interface AttachLimit {
  readonly volumes: number;
  /** Network interfaces, but for the first, and instance store disks take from the same number. */
  readonly isShared: boolean;
}

/** The instances before Nitro. */
const beforeNitro = /^(c1|c3|c4|d2|f1|g3s?|h1|i2|i3|m1|m2|m3|m4|p2|p3|r3|r4|t1|t2|x1e?)$/;
/** From the seventh generation on, those with slots of their own for volumes. */
const dedicated = /^(c|m|r|x|i|u|hpc|p|trn|inf|g|f)\w*?([7-9]|\d\d)(i|a|g|ie|id|gd|flex|-flex)*/;

export const isBeforeNitro = (instanceType: string): boolean => beforeNitro.test(instanceType.split(".")[0] ?? "");

export function attachLimitOf(instanceType: string): AttachLimit {
  const [family = "", size = ""] = instanceType.split(".");
  if (isBeforeNitro(instanceType)) return { volumes: 39, isShared: false };
  if (size.startsWith("metal")) return { volumes: 31, isShared: false };
  if (dedicated.test(family)) return { volumes: bySize(size), isShared: false };
  return { volumes: 27, isShared: true };
}

function bySize(size: string): number {
  const times = Number(/^(\d+)xlarge$/.exec(size)?.[1] ?? 1);
  if (times >= 48) return 128;
  if (times >= 24) return 88;
  if (times >= 16) return 64;
  return times >= 12 ? 48 : 32;
}

/** What is taken already, by others than CSI. */
export interface Taken {
  readonly networkInterfaces: number;
  /** Volumes that were there when the instance started, the root volume among them. */
  readonly volumesAtBoot: number;
}

/** Never 0: to Kubernetes that would mean "no limit". */
export function roomFor(instanceType: string, { networkInterfaces, volumesAtBoot }: Taken): number {
  const { volumes, isShared } = attachLimitOf(instanceType);
  return Math.max(1, volumes - volumesAtBoot - (isShared ? Math.max(0, networkInterfaces - 1) : 0));
}
