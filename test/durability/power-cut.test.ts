import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { must } from "../support/command.ts";
import { Random } from "../support/random.ts";
import { clearAway } from "../support/sandbox.ts";
import { judge } from "./after-cut.ts";
import { type Cut, chooseCuts } from "./cuts.ts";
import { disksAfter } from "./disks.ts";
import { histories } from "./history.ts";
import { type Recording, record } from "./recording.ts";
import { openWorld, type PoolOn } from "./world.ts";

const seed = Number(process.env["KURA_SEED"] ?? 1);
/** How many cuts between flushes, besides one at each flush. */
const more = Number(process.env["KURA_CUTS"] ?? 40);

/** In memory: what this machine's disk does with a flush is not asked, and would take most of the time. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kura-test-"));
  await mkdir(join(folder, "memory"));
  await must("mount", "-t", "tmpfs", "-o", "size=2g", "kura-test", join(folder, "memory"));
});
afterAll(() => clearAway(folder));

// side by side: most of the time is waiting for tools
describe.concurrent("whenever the power goes, a pool comes back with the old or the new, never a third", () => {
  test.each<PoolOn>(["xfs", "btrfs", "ext4"])(
    `on %s (KURA_SEED=${seed} KURA_CUTS=${more} npm test -- durability repeats it)`,
    async (on) => {
      const recording = await record(join(folder, "memory", on), on, histories[on]);
      const cuts = chooseCuts(recording.epochs, more, new Random(seed));
      const failures: string[] = [];
      for await (const { cut, disk } of disksAfter(recording.base, recording.epochs, cuts)) {
        const failure = await failureOf(recording, cut, disk, on);
        if (failure !== undefined) failures.push(failure);
      }
      process.stdout.write(`${on}: ${cuts.length} power cuts, ${recording.epochs.length} of them at a flush\n`);
      expect(failures).toEqual([]);
    },
    1_200_000,
  );
});

async function failureOf(recording: Recording, cut: Cut, disk: string, on: PoolOn): Promise<string | undefined> {
  const { said = [] } = recording.epochs[cut.epoch] ?? {};
  try {
    await using world = await openWorld(`${disk}-world`, disk, on);
    await judge(world, histories[on], recording, new Set(said));
    return undefined;
  } catch (error) {
    return `epoch ${cut.epoch}, ${said.at(-1)}, ${cut.what}: ${error instanceof Error ? error.message : error}`;
  }
}
