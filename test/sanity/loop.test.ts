import { describe, expect, test } from "vitest";
import { startTestDriver } from "../support/driver.ts";
import { runSanity, testCases } from "../support/run-sanity.ts";
import { makeSandbox } from "../support/sandbox.ts";

for (const access of ["mount", "block"] as const) {
  const cases = await run(access);
  describe(`csi-sanity, loop as ${access}`, () => {
    testCases(cases);
    test("runs all of its 102 cases", () => expect(cases.filter(({ skipped }) => !skipped)).toHaveLength(102));
  });
}

/** xfs, for ext4 cannot grow online on every machine that runs these tests. */
async function run(access: "mount" | "block") {
  await using sandbox = await makeSandbox();
  await using driver = await startTestDriver(sandbox, {
    flags: ["--attach", "--max-volumes-per-node", "3", "--default-fs", "xfs"],
  });
  return await runSanity(sandbox, driver, { access, mutableParameters: { iops: "3000", throughput: "100" } });
}
