import { Replay } from "../replay/replay.ts";
import { ReplayWorld } from "../replay/world.ts";
import { type Sample, type Trend, trendOf } from "./memory.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly calls: number;
  readonly kills: number;
  readonly codes: Readonly<Record<string, number>>;
  readonly memory: Trend;
}

/** So many calls make a history: then everything is deleted, and nothing may be left. */
const callsPerHistory = 300;
/** By then the journal is full, and everything that is only made once is made. */
const warmAfterCalls = 1500;
const killedRounds = 0.5;
const minuteMs = 60_000;

/**
 * Mixed calls at full speed against the model, history after history. In the first half of the time the driver is killed
 * again and again; in the second one process lives, so that its memory has a trend. A wrong answer or anything left ends
 * it with an error.
 */
export async function soak({ minutes, seed, say }: SoakOptions): Promise<SoakResult> {
  await using world = await ReplayWorld.make();
  const began = Date.now();
  const codes: Record<string, number> = {};
  let calls = 0;
  let histories = 0;

  async function history(killed: number): Promise<void> {
    const done = await new Replay(world, { seed: seed + histories, killed }).run(callsPerHistory);
    histories += 1;
    calls += done.calls;
    for (const [code, count] of Object.entries(done.codes)) codes[code] = (codes[code] ?? 0) + count;
  }

  const minutesGone = () => (Date.now() - began) / minuteMs;
  const report = everyMinute(minutesGone, async () => {
    const { resident, heapMiB, descriptors } = await world.resources();
    const held = `${resident.toFixed(0)} MB resident, ${heapMiB.toFixed(1)} MiB of heap, ${descriptors} open files`;
    say(`${minutesGone().toFixed(1)} of ${minutes} minutes: ${calls} calls, ${world.kills} kills; ${held}`);
  });

  while (minutesGone() < minutes / 2) {
    await history(killedRounds);
    await report();
  }
  const samples: Sample[] = [];
  for (const before = calls; minutesGone() < minutes; ) {
    await history(0);
    await report();
    if (calls - before >= warmAfterCalls) samples.push({ calls: calls - before, ...(await world.resources()) });
  }
  return { calls, kills: world.kills, codes, memory: trendOf(samples) };
}

function everyMinute(minutesGone: () => number, work: () => Promise<void>): () => Promise<void> {
  let next = 1;
  return async () => {
    if (minutesGone() < next) return;
    next = Math.floor(minutesGone()) + 1;
    await work();
  };
}
