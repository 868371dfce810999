/** How long things take, in milliseconds. */
export interface Durations {
  readonly createVolume: number;
  readonly deleteVolume: number;
  readonly attach: number;
  readonly detach: number;
  readonly snapshot: number;
  readonly snapshotPerGiB: number;
  /** A restored volume's blocks arrive behind its use. */
  readonly initializePerGiB: number;
  readonly modify: number;
  readonly optimize: number;
  /** In which at most four modifications of a volume may begin. */
  readonly modificationWindow: number;
  /** Between two snapshots of one volume. */
  readonly betweenSnapshots: number;
  /** How long a client token is remembered. */
  readonly clientToken: number;
}

const second = 1000;
const hour = 3600 * second;

/** As AWS documents them, or as drivers have measured them. */
const aws: Durations = {
  createVolume: 1.5 * second,
  deleteVolume: second,
  attach: 2 * second,
  detach: 2 * second,
  snapshot: 30 * second,
  snapshotPerGiB: second,
  initializePerGiB: 5 * second,
  modify: 3 * second,
  optimize: 300 * second,
  modificationWindow: 24 * hour,
  betweenSnapshots: 15 * second,
  clientToken: 12 * hour,
};

export const profiles = { aws: 1, fast: 1 / 1000 } as const;
export type Profile = keyof typeof profiles;

/** `fast`: every duration a thousandth. */
export function durationsOf(profile: Profile): Durations {
  const scaled = Object.entries(aws).map(([name, ms]) => [name, ms * profiles[profile]]);
  return Object.fromEntries(scaled) as unknown as Durations;
}
