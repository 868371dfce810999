import { readdir } from "node:fs/promises";
import { expect } from "vitest";
import { loopsOf, mountsOf, type Sandbox } from "./sandbox.ts";

/** What `kura start` told, from its first step to its sum. */
export function expectWholeStory(stdout: string, rpcs: readonly string[], acts: readonly string[]): void {
  const steps = stdout.split("\n").filter((line) => /^ *\d+ (\w+|\(a pod\)) +[\d.]+ ms /.test(line));
  for (const rpc of rpcs)
    expect(
      steps.some((line) => line.includes(` ${rpc} `)),
      rpc,
    ).toBe(true);
  for (const act of acts) expect(stdout).toContain(act);
  expect(stdout).toMatch(new RegExp(`^${steps.length} steps in \\d+ ms$`, "m"));
}

/** Of a story that was told there. */
export async function expectNothingIn(folder: string, sandbox: Sandbox): Promise<void> {
  expect(await readdir(folder)).toEqual([]);
  expect(await mountsOf({ ...sandbox, folder })).toEqual([]);
  expect(await loopsOf(folder)).toEqual([]);
}
