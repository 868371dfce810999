import { describe, expect, test } from "vitest";
import { startTestDriver } from "../support/driver.ts";
import { runSanity, testCases } from "../support/run-sanity.ts";
import { makeSandbox } from "../support/sandbox.ts";

/** The pools that there are: with and without shared blocks, and btrfs, whose numbers of devices are its own. */
for (const on of ["xfs", "btrfs", "ext4"] as const) {
  for (const access of ["mount", "block"] as const) {
    const cases = await run(access, on);
    describe(`csi-sanity, loop as ${access}${on === "xfs" ? "" : ` in a pool on ${on}`}`, () => {
      testCases(cases);
      test("runs all of its 102 cases", () => expect(cases.filter(({ skipped }) => !skipped)).toHaveLength(102));
    });
  }
}

/** xfs, for ext4 cannot grow online on every machine that runs these tests. */
async function run(access: "mount" | "block", on: "xfs" | "btrfs" | "ext4") {
  await using sandbox = await makeSandbox({ on, poolBytes: 12 * 2 ** 30 });
  await using driver = await startTestDriver(sandbox, {
    flags: ["--attach", "--max-volumes-per-node", "3", "--default-fs", "xfs"],
  });
  return await runSanity(sandbox, driver, { access, mutableParameters: { iops: "3000", throughput: "100" } });
}
