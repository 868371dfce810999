import { describe, expect, test } from "vitest";
import { startTestDriver } from "../support/driver.ts";
import { runSanity, testCases } from "../support/run-sanity.ts";
import { makeSandbox } from "../support/sandbox.ts";

const cases = await run();

describe("csi-sanity, hostpath", () => {
  testCases(cases);
  test("knows all of its 102 cases", () => expect(cases).toHaveLength(102));
});

async function run() {
  await using sandbox = await makeSandbox();
  await using driver = await startTestDriver(sandbox, {
    flags: ["--backend", "hostpath", "--attach", "--max-volumes-per-node", "3"],
  });
  return await runSanity(sandbox, driver, { access: "mount" });
}
