/** What a type promises, what a volume did, and what the disk below did right after, where somebody looked. */
export interface Rate {
  readonly promised: number;
  readonly measured: number;
  readonly disk?: number;
}

/**
 * The share of a bare file's rate that a volume reaches at least, where the disk does not give what is promised: a
 * volume is one loop device further down, and who else uses the disk changes between two measurements.
 */
const leastShare = 0.5;

/** Whether a volume did what is promised, or what the disk let it do. */
export const isKept = ({ promised, measured, disk = Number.POSITIVE_INFINITY }: Rate): boolean =>
  measured > 0.9 * Math.min(promised, disk * leastShare);
