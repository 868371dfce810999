/** mkfs.xfs makes no filesystem below 300 MiB. */
const leastBytes = 300 * 2 ** 20;

/** Why a pool cannot be made in an image of that size, or undefined where it can. */
export const imageSizeProblem = (bytes: number): string | undefined =>
  bytes < leastBytes ? "is below 300Mi, the least that XFS takes" : undefined;
