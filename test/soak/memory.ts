import { median } from "../bench/measure.ts";
import type { Resources } from "../replay/world.ts";

/** What one process of the driver held, time after time. */
export interface Sample extends Resources {
  /** Calls that it had answered by then. */
  readonly calls: number;
}

export interface Trend {
  readonly first: Sample;
  readonly last: Sample;
  /** Medians over the first and the last third: a single look at resident memory says little. */
  readonly resident: readonly [first: number, last: number];
  readonly complaints: readonly string[];
}

/** Caches fill, and the collector takes what it is given: so much may come on top in any time, and no more. */
const mostMore = { heapMiB: 4, resident: 20, descriptors: 15 };

/** Whether memory and open files stay what they were once the process was warm. */
export function trendOf(samples: readonly Sample[]): Trend {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 3)
    throw new Error(`${samples.length} looks at memory show no trend: run longer`);
  const third = Math.ceil(samples.length / 3);
  const residentIn = (part: readonly Sample[]) => median(part.map(({ resident }) => resident));
  const resident = [residentIn(samples.slice(0, third)), residentIn(samples.slice(-third))] as const;
  const complaints = [
    ...more("MiB of heap in use", first.heapMiB, last.heapMiB, mostMore.heapMiB),
    ...more("MB resident", ...resident, mostMore.resident),
    ...more("open files", first.descriptors, last.descriptors, mostMore.descriptors),
  ];
  return { first, last, resident, complaints };
}

const more = (what: string, from: number, to: number, most: number): readonly string[] =>
  to <= from + most ? [] : [`${to.toFixed(1)} ${what} at the end, ${from.toFixed(1)} once it was warm`];
