import { describe, expect, test } from "vitest";
import { Replay } from "./replay.ts";
import { ReplayWorld } from "./world.ts";

/** What `npm run soak` does for half an hour. */
describe("a driver that is killed in the middle of random calls does afterwards what some order of them explains", () => {
  test.each([1, 2, 3])(
    "seed %i",
    async (seed) => {
      await using world = await ReplayWorld.make();
      const { calls, codes } = await new Replay(world, { seed, killed: 1 }).run(120);
      process.stdout.write(`seed ${seed}: ${calls} calls, ${world.kills} kills, ${JSON.stringify(codes)}\n`);
      expect(world.kills).toBeGreaterThan(0);
    },
    300_000,
  );
});
