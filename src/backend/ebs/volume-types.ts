import { badParameter } from "../parameter-rules.ts";

/**
 * What a volume of a type may be (EBS user guide, "Amazon EBS volume types", as of 2026). The same answer comes from EC2
 * itself, but late and in other words; and a figure that AWS has raised since is only refused here until this table
 * says so too.
 */
export interface VolumeTypeRules {
  readonly sizeGiB: Range;
  /** Undefined: the type has no such figure to set. */
  readonly iops?: Range & {
    readonly perGiB: number;
    /** Given where nobody asks, whatever the size is. */
    readonly default?: number;
  };
  readonly throughput?: Range & { readonly default: number; readonly perIops: number };
  /** Whether several instances may hold the volume at a time. */
  readonly multiAttach?: true;
}

export interface Range {
  readonly least: number;
  readonly most: number;
}

export const volumeTypes = {
  gp3: {
    sizeGiB: { least: 1, most: 65_536 },
    iops: { least: 3000, most: 80_000, perGiB: 500, default: 3000 },
    throughput: { least: 125, most: 2000, default: 125, perIops: 0.25 },
  },
  gp2: { sizeGiB: { least: 1, most: 16_384 } },
  io1: { sizeGiB: { least: 4, most: 16_384 }, iops: { least: 100, most: 64_000, perGiB: 50 }, multiAttach: true },
  io2: { sizeGiB: { least: 4, most: 65_536 }, iops: { least: 100, most: 256_000, perGiB: 1000 }, multiAttach: true },
  st1: { sizeGiB: { least: 125, most: 16_384 } },
  sc1: { sizeGiB: { least: 125, most: 16_384 } },
  standard: { sizeGiB: { least: 1, most: 1024 } },
} as const satisfies Readonly<Record<string, VolumeTypeRules>>;

export type VolumeType = keyof typeof volumeTypes;
export const volumeTypeNames = Object.keys(volumeTypes) as VolumeType[];
export const isVolumeType = (name: string): name is VolumeType => Object.hasOwn(volumeTypes, name);
export const rulesOf = (type: VolumeType): VolumeTypeRules => volumeTypes[type];

/** What is asked of a volume's speed, before its size is known. */
export interface AskedSpeed {
  readonly type: VolumeType;
  readonly iops: number | undefined;
  readonly iopsPerGiB: number | undefined;
  /** Raise what is too low to the type's least. */
  readonly raise: boolean;
  readonly throughput: number | undefined;
}

/** What EC2 is asked for; undefined leaves the figure to EC2. */
export interface Speed {
  readonly iops: number | undefined;
  readonly throughput: number | undefined;
}

/** Throws where no size could make it possible. */
export function checkSpeed({ type, iops, iopsPerGiB, raise, throughput }: AskedSpeed): void {
  const rules = rulesOf(type);
  if (iops !== undefined && iopsPerGiB !== undefined) throw badParameter("iopsPerGB", "and iops exclude each other");
  if (rules.iops === undefined) {
    if (iops !== undefined) throw notForType("iops", type);
    if (iopsPerGiB !== undefined) throw notForType("iopsPerGB", type);
  } else {
    if (iops === undefined && iopsPerGiB === undefined && rules.iops.default === undefined)
      throw badParameter("iops", `is required for ${type}: ${rangeOf(rules.iops)}`);
    if (iops !== undefined) checkRange("iops", raise ? Math.max(iops, rules.iops.least) : iops, rules.iops, type);
    if (iopsPerGiB !== undefined) checkRange("iopsPerGB", iopsPerGiB, { least: 1, most: rules.iops.perGiB }, type);
  }
  if (throughput === undefined) return;
  if (rules.throughput === undefined) throw notForType("throughput", type);
  checkRange("throughput", throughput, rules.throughput, type);
  // with iopsPerGB it depends on the size
  const most = iopsPerGiB === undefined ? mostThroughput(rules.throughput, iops ?? rules.iops?.default) : throughput;
  if (throughput > most)
    throw badParameter(
      "throughput",
      `${throughput} needs more iops: ${iops ?? rules.iops?.default} allow at most ${most} MiB/s`,
    );
}

/**
 * The figures for a size. What it is too small for is lowered to the most that it can have, as the upstream driver does,
 * so that one class serves large claims and small ones. Throws where no size could make it possible.
 */
export function speedOf(asked: AskedSpeed, sizeGiB: number): Speed {
  checkSpeed(asked);
  const { iops: rules, throughput: throughputRules } = rulesOf(asked.type);
  if (rules === undefined) return { iops: undefined, throughput: undefined };
  const wished = wishedIopsOf(asked, rules, sizeGiB);
  const iops = wished && Math.min(wished, Math.max(rules.perGiB * sizeGiB, rules.default ?? 0));
  if (throughputRules === undefined || asked.throughput === undefined) return { iops, throughput: undefined };
  const most = mostThroughput(throughputRules, iops ?? rules.default);
  return { iops, throughput: Math.min(asked.throughput, most) };
}

const mostThroughput = ({ perIops }: { readonly perIops: number }, iops = 0): number => Math.floor(iops * perIops);

/** Whatever the ratio to the size. */
function wishedIopsOf(
  { type, iops, iopsPerGiB, raise }: AskedSpeed,
  rules: NonNullable<VolumeTypeRules["iops"]>,
  sizeGiB: number,
): number | undefined {
  const wished = iops ?? (iopsPerGiB === undefined ? undefined : Math.min(iopsPerGiB * sizeGiB, rules.most));
  if (wished === undefined) return undefined;
  const given = raise ? Math.max(wished, rules.least) : wished;
  checkRange(
    iops === undefined ? "iopsPerGB" : "iops",
    given,
    rules,
    type,
    iops === undefined ? ` for ${sizeGiB} GiB` : "",
  );
  return given;
}

function checkRange(key: string, value: number, range: Range, type: VolumeType, what = ""): void {
  if (value >= range.least && value <= range.most) return;
  throw badParameter(key, `${value}${what} is not possible for ${type}: ${rangeOf(range)}`);
}

const rangeOf = ({ least, most }: Range): string => `from ${least} to ${most}`;

const notForType = (key: string, type: VolumeType) => badParameter(key, `is not possible for ${type}`);
