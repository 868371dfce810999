import { afterAll, describe, expect, test } from "vitest";
import { Replay } from "./replay.ts";
import { ReplayWorld, type Resources } from "./world.ts";

const only = process.env["KURA_SEED"];
const seeds = only === undefined ? Array.from({ length: 20 }, (_, index) => index + 1) : [Number(only)];
/** By then the journal is full, and everything that is only made once is made. */
const warmAfter = 5;
const calls = 300;

describe("random calls, many at a time, get no answer that no order of them explains, and leave nothing", () => {
  let world: ReplayWorld | undefined;
  let warm: Resources | undefined;
  afterAll(() => world?.[Symbol.asyncDispose]());

  for (const seed of seeds)
    test(`seed ${seed} (KURA_SEED=${seed} npm test -- replay repeats it)`, async () => {
      // one driver for all, as long as nothing goes wrong with it
      const used = world ?? (await ReplayWorld.make());
      world = undefined;
      try {
        await replay(used, seed);
      } catch (error) {
        await used[Symbol.asyncDispose]();
        throw error;
      }
      world = used;
      if (seed === warmAfter) warm = await used.resources();
    }, 300_000);

  if (only === undefined)
    test("the driver's process holds no more at the end than when it was warm, garbage collected", async () => {
      const end = await world?.resources();
      if (warm === undefined || end === undefined) throw new Error("a seed failed");
      process.stdout.write(`heap: ${warm.heapMiB.toFixed(1)} MiB warm, ${end.heapMiB.toFixed(1)} MiB at the end\n`);
      // a kilobyte lost in each of 4,500 calls would show
      expect(end.heapMiB).toBeLessThan(warm.heapMiB + 4);
      // some come and go with what is at work just now; one lost in each seed would show
      expect(end.descriptors).toBeLessThan(warm.descriptors + seeds.length - warmAfter);
    });
});

async function replay(world: ReplayWorld, seed: number): Promise<void> {
  const { fewestInFlight, calls: made, codes } = await new Replay(world, { seed }).run(calls);
  process.stdout.write(`seed ${seed}: ${made} calls, ${JSON.stringify(codes)}\n`);
  expect(made).toBe(calls);
  expect(fewestInFlight).toBeGreaterThanOrEqual(4);
}
