import { setTimeout as delay } from "node:timers/promises";

/** Asks again until there is an answer; an error is no answer yet, and the last one is told in the end. */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined>,
  seconds = 120,
): Promise<Answer> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await delay(200);
  }
  const why = last instanceof Error ? `: ${last.message}` : "";
  throw new Error(`after ${seconds} s it is still not so that ${what}${why}`, { cause: last });
}
