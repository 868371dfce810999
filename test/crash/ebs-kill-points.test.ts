import { readFile } from "node:fs/promises";
import { afterAll, describe, expect, test } from "vitest";
import { actions } from "../../src/backend/ebs/sdk.ts";
import { EbsCrashWorld, type Victim } from "../support/ebs-crash-world.ts";
import {
  ebsNodeOperations,
  ebsRequestOperations,
  ebsSnapshotOperations,
  ebsVolumeOperations,
} from "./operations/ebs.ts";
import { tryAll } from "./try-all.ts";

/** Side by side, each in a world of its own: they wait more than they work. */
const lanes = [
  {
    name: "the driver, at every request to EC2",
    victim: "driver",
    operations: [...ebsVolumeOperations, ...ebsSnapshotOperations, ...ebsRequestOperations],
  },
  { name: "the driver, at every step on the node", victim: "driver", operations: ebsNodeOperations },
  { name: "kura ec2, at every step with volumes", victim: "ec2", operations: ebsVolumeOperations },
  { name: "kura ec2, at every step with snapshots", victim: "ec2", operations: ebsSnapshotOperations },
] as const;

/** Points at which a program was killed, and came back from. */
const survived: Record<Victim, string[]> = { driver: [], ec2: [] };

describe.concurrent.each(lanes)("kill -9 of $name", ({ victim, operations }) => {
  let world: EbsCrashWorld | undefined;
  afterAll(() => world?.[Symbol.asyncDispose]());

  for (const operation of operations) {
    test(`${operation.name}: asked again it ends as if nothing had happened`, {
      concurrent: false,
      timeout: 1_800_000,
    }, async () => {
      world ??= await EbsCrashWorld.make(victim);
      try {
        survived[victim].push(...(await tryAll(world, operation)).points);
      } catch (error) {
        await world[Symbol.asyncDispose]();
        world = undefined;
        throw error;
      }
    });
  }
});

describe("the kill points with EBS", () => {
  test("are before and after everything that is asked of EC2, and every step of the hands", async () => {
    const plan = await readFile(new URL("../../src/ec2/hotplug/plan.ts", import.meta.url), "utf8");
    const union = /export type Step = ([^;]*);/.exec(plan)?.[1] ?? "";
    // no call of the driver takes a device away by force
    const plugs = [...union.matchAll(/"([a-z-]+)"/g)]
      .map(([, kind]) => kind)
      .filter((kind) => kind !== "release-by-force");
    expect(plugs.length).toBeGreaterThan(5);
    const requests = actions.filter((action) => !action.startsWith("Describe"));
    const kept = ["make-image", "clone-image", "resize-image", "write-record", "rename", "freeze", "thaw"];
    for (const phase of ["before", "after"]) {
      const missing = (victim: Victim, kinds: readonly (string | undefined)[]) =>
        kinds.filter((kind) => !survived[victim].includes(`${phase} ${kind}`));
      expect(missing("driver", requests), phase).toEqual([]);
      expect(missing("ec2", [...plugs, ...kept]), phase).toEqual([]);
    }
    const { driver, ec2 } = survived;
    process.stdout.write(`${driver.length} kill points of the driver, ${ec2.length} of kura ec2\n`);
  });
});
