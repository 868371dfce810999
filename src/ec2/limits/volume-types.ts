/** What a volume of a type may be (EBS user guide, "Amazon EBS volume types"). */
export interface VolumeTypeLimits {
  readonly leastGiB: number;
  readonly mostGiB: number;
  /** Undefined: the parameter is not supported. */
  readonly iops?: {
    readonly least: number;
    readonly most: number;
    readonly perGiB: number;
    /** Undefined: must be given. */
    readonly default?: number;
  };
  readonly throughput?: { readonly least: number; readonly most: number; readonly perIops: number };
  readonly multiAttach: boolean;
}

export const volumeTypes = {
  gp3: {
    leastGiB: 1,
    mostGiB: 65_536,
    iops: { least: 3000, most: 80_000, perGiB: 500, default: 3000 },
    throughput: { least: 125, most: 2000, perIops: 0.25 },
    multiAttach: false,
  },
  gp2: { leastGiB: 1, mostGiB: 16_384, multiAttach: false },
  io1: { leastGiB: 4, mostGiB: 16_384, iops: { least: 100, most: 64_000, perGiB: 50 }, multiAttach: true },
  io2: { leastGiB: 4, mostGiB: 65_536, iops: { least: 100, most: 256_000, perGiB: 1000 }, multiAttach: true },
  st1: { leastGiB: 125, mostGiB: 16_384, multiAttach: false },
  sc1: { leastGiB: 125, mostGiB: 16_384, multiAttach: false },
  standard: { leastGiB: 1, mostGiB: 1024, multiAttach: false },
} as const satisfies Record<string, VolumeTypeLimits>;

export type VolumeType = keyof typeof volumeTypes;
export const isVolumeType = (name: string): name is VolumeType => Object.hasOwn(volumeTypes, name);
export const limitsOf = (type: VolumeType): VolumeTypeLimits => volumeTypes[type];

/** How many instances of one zone may share a volume of io1 or io2. */
export const mostSharers = 16;
