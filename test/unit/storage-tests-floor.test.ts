import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Choice, chosen, complete } from "../cluster/storage-tests/chosen.ts";
import { claimsIn, unshown } from "../cluster/storage-tests/floor.ts";
import type { JunitCase } from "../support/junit.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What the last run of all of Kubernetes' storage tests says that passed. */
async function reported(backend: string): Promise<readonly JunitCase[]> {
  const text = await readFile(at(`../../docs/kubernetes-storage-tests/${backend}.md`), "utf8");
  const names = [...text.matchAll(/^- (.*) \(\d+ s\)$/gm)].map(([, name]) => `External Storage [Driver: it] ${name}`);
  return names.map((name) => ({ name, status: "passed", seconds: 1, message: "" }));
}

const claimsOf = async ({ drivers }: Choice): Promise<readonly string[]> =>
  (await Promise.all(drivers.map((file) => claimsIn(at(`../cluster/storage-tests/${file}`))))).flat();

test("no tests at all are a failure for each pattern, and for each claim that is to be shown", async () => {
  const claims = await claimsOf(chosen);
  expect(claims).toContain("readWriteOncePod");
  const left = chosen.leaves.length;
  expect(unshown(chosen, claims, [])).toHaveLength(chosen.focus.length + claims.length - left);
});

test("so are tests that were skipped", async () => {
  const cases = (await reported("loop")).map((each) => ({ ...each, status: "skipped" }));
  expect(unshown(chosen, [], cases)).toHaveLength(chosen.focus.length);
});

test.each(Object.entries(complete))("what passed on %s shows every claim", async (backend, choice) => {
  const cases = await reported(backend);
  expect(cases.length).toBeGreaterThan(0);
  expect(unshown({ ...choice, focus: [] }, await claimsOf(choice), cases)).toEqual([]);
});

test("what is chosen for every run shows all but what it leaves to the full one", async () => {
  const isChosen = ({ name }: JunitCase) =>
    chosen.focus.some((pattern) => new RegExp(pattern).test(name)) &&
    !chosen.skip.some((pattern) => new RegExp(pattern).test(name));
  const cases = (await reported("loop")).filter(isChosen);
  expect(unshown(chosen, await claimsOf(chosen), cases)).toEqual([]);
});

test("a claim that no test is known to show is told", () => {
  expect(unshown({ ...chosen, focus: [] }, ["antigravity"], [])).toEqual([
    "no test passed that shows the claim antigravity",
  ]);
});
