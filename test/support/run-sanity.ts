import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { command } from "./command.ts";
import { buildCsiSanity } from "./csi-sanity.ts";
import type { TestDriver } from "./driver.ts";
import { parseJunit } from "./junit.ts";
import type { Sandbox } from "./sandbox.ts";

export interface SanityOptions {
  readonly access: "mount" | "block";
  readonly mutableParameters?: Readonly<Record<string, string>>;
}

/** One case of csi-sanity. */
export interface SanityCase {
  readonly name: string;
  /** What was wrong with it. */
  readonly problem: string | undefined;
  /** Left out by csi-sanity, for the driver does not offer what it is about. */
  readonly skipped: boolean;
}

/** Each case as a test; one that was skipped is skipped here too, and needs a line in test/skips.txt. */
export function testCases(cases: readonly SanityCase[]): void {
  for (const { name, problem, skipped } of cases) test.skipIf(skipped)(name, () => expect(problem).toBeUndefined());
}

/** Runs all of csi-sanity against a driver. */
export async function runSanity(
  sandbox: Sandbox,
  driver: TestDriver,
  { access, mutableParameters = {} }: SanityOptions,
): Promise<readonly SanityCase[]> {
  const [parameters, report] = [sandbox.path("mutable.yaml"), sandbox.path("junit.xml")];
  await writeFile(
    parameters,
    Object.entries(mutableParameters)
      .map(([key, value]) => `${key}: "${value}"\n`)
      .join(""),
  );
  const flags = {
    endpoint: driver.endpoint,
    testnodevolumeattachlimit: "true",
    testvolumemutableparameters: parameters,
    testvolumeaccesstype: access,
    mountdir: sandbox.path("kubelet", "mount"),
    stagingdir: sandbox.path("kubelet", "staging"),
    junitfile: report,
  };
  const argv = Object.entries(flags).map(([flag, value]) => `-csi.${flag}=${value}`);
  const { stdout } = await command([await buildCsiSanity(), ...argv], { timeoutMs: 300_000 });
  const xml = await readFile(report, "utf8").catch(() => {
    throw new Error(`csi-sanity wrote no report: ${stdout.slice(-2000)}`);
  });
  return casesOf(xml);
}

/** The one case that upstream marks as pending can be run by nobody and is left out. */
const casesOf = (xml: string): readonly SanityCase[] =>
  parseJunit(xml)
    .filter(({ status }) => status !== "pending")
    .map(({ name, status, message }) => ({
      name,
      problem: status === "passed" ? undefined : `${status}: ${message.slice(0, 2000)}`,
      skipped: status === "skipped",
    }));
