/** One line of the bench: what was measured, beside what, and whether the mark was met. */
export interface Row {
  readonly name: string;
  readonly ours: string;
  readonly reference: string;
  /** Ours in units of the reference, or the figure itself where the mark is absolute. */
  readonly figure: number;
  readonly mark: number;
  /** Most marks are "at most"; throughput is "at least". */
  readonly atLeast?: true;
}

export const isMet = ({ figure, mark, atLeast }: Row): boolean => (atLeast ? figure >= mark : figure <= mark);

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

interface Pair {
  readonly ours: number;
  readonly reference: number;
}

export interface Pairs extends Pair {
  readonly ratio: number;
  readonly measured: readonly Pair[];
}

/** Ours and the reference in turn, so that a machine that slows down slows both; the ratio is the median of the pairs'. */
export async function pairs(
  rounds: number,
  ours: (round: number) => Promise<number>,
  reference: (round: number) => Promise<number>,
): Promise<Pairs> {
  const measured: Pair[] = [];
  for (let round = 0; round < rounds + 1; round += 1) {
    const pair = { ours: await ours(round), reference: await reference(round) };
    if (round > 0) measured.push(pair); // the first one warms up
  }
  return summary(measured);
}

export const summary = (measured: readonly Pair[]): Pairs => ({
  measured,
  ours: median(measured.map(({ ours }) => ours)),
  reference: median(measured.map(({ reference }) => reference)),
  ratio: median(measured.map(({ ours, reference }) => ours / reference)),
});

export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
