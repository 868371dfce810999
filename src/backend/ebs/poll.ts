import { setTimeout as delay } from "node:timers/promises";

/** Most changes of EC2 take a second or two; some take none at all, and a stuck one is not asked after too often. */
const pausesMs = [1, 3, 10, 30, 100, 300, 700, 1000, 1500];

/** Asks until `look` gives an answer. Ends with the signal, or after `mostMs` with undefined. */
export async function poll<T>(
  look: (round: number) => Promise<T | undefined>,
  { signal, mostMs = 300_000 }: { readonly signal: AbortSignal; readonly mostMs?: number },
): Promise<T | undefined> {
  const began = performance.now();
  for (let round = 0; ; round += 1) {
    const answer = await look(round);
    if (answer !== undefined) return answer;
    const left = mostMs - (performance.now() - began);
    if (left <= 0) return undefined;
    await delay(Math.min(pausesMs[round] ?? 2000, left), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
