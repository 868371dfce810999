import { describe, expect, test } from "vitest";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { runSanity } from "../support/run-sanity.ts";
import { makeSandbox } from "../support/sandbox.ts";

for (const access of ["mount", "block"] as const) {
  const cases = await run(access);
  describe(`csi-sanity, ebs as ${access}`, () => {
    for (const { name, problem } of cases) test(name, () => expect(problem).toBeUndefined());
    test("runs all of its 102 cases", () => expect(cases).toHaveLength(102));
  });
}

/** xfs, for ext4 cannot grow online on every machine that runs these tests. */
async function run(access: "mount" | "block") {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await startTestEc2(sandbox);
  await using driver = await startEbsDriver(sandbox, ec2, {
    flags: ["--max-volumes-per-node", "3", "--default-fs", "xfs"],
  });
  return await runSanity(sandbox, driver, { access, mutableParameters: { iops: "4000", throughput: "200" } });
}
