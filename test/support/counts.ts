/** What a run of tests found. A failure is told where it stands and again at the end, where one looks for it. */
export interface Counts {
  readonly passed: number;
  /** One text for each: its first line names it. */
  readonly failures: readonly string[];
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failures: [], skipped: 0 };
export const failed = (...failures: readonly string[]): Counts => ({ ...noCounts, failures });

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failures: [...a.failures, ...b.failures],
  skipped: a.skipped + b.skipped,
});

export const showCounts = ({ passed, failures, skipped }: Counts): string =>
  `${passed} passed, ${failures.length} failed, ${skipped} skipped`;

/** The last words of a run: `.ci/run` repeats what stands from `failures:` on, and adds up the last line. */
export const showEnd = (counts: Counts): string =>
  [...(counts.failures.length === 0 ? [] : ["failures:", ...firstOf(counts.failures)]), showCounts(counts)].join("\n");

/** What can be kept of a log's end by whoever keeps no more. The first failures come first: often the others follow from them. */
const room = 9000;

function firstOf(failures: readonly string[]): readonly string[] {
  let used = 0;
  const told = failures.filter((text, index) => {
    used += text.length + 1;
    return index === 0 || used <= room;
  });
  const others = failures.length - told.length;
  return others === 0 ? told : [...told, `and ${others} more; they stand above, where they happened`];
}

const [enough, wide] = [20, 300];
const isOfVitest = (line: string) => line.includes("node_modules/vitest/");

/** What failed, and the beginning of what it said. */
export const describeFailure = (name: string, message: string): string => {
  const lines = message
    .trimEnd()
    .split("\n")
    .filter((line) => !isOfVitest(line));
  return [name, ...lines.slice(0, enough).map((line) => `    ${line.slice(0, wide)}`)].join("\n");
};
