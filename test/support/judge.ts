import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { type Counts, describeFailure } from "./counts.ts";
import type { Failure, Report } from "./reporter.ts";

/**
 * Counts a report. A test may only be skipped where test/skips.txt has a line for it (`level: full name: reason`); a
 * line whose test passes, or is not there, fails the run, so that the file stays true.
 */
export async function judge(level: string, { tests, otherFailures }: Report): Promise<Counts> {
  const failed = tests.filter(({ state }) => state === "failed");
  const skipped = tests.filter(({ state }) => state === "skipped" || state === "pending");
  const allowed = (await readSkips()).filter((skip) => skip.level === level).map(({ name }) => name);
  const complaints = [
    ...skipped
      .filter(({ fullName }) => !allowed.includes(fullName))
      .map(({ fullName }) => `skipped without a line in test/skips.txt: ${fullName}`),
    ...allowed
      .filter((name) => !skipped.some(({ fullName }) => fullName === name))
      .map((name) => `test/skips.txt has a line for what is not skipped: ${name}`),
  ];
  const describe = ({ where, message }: Failure) => describeFailure(where, stripVTControlCharacters(message));
  return {
    passed: tests.length - failed.length - skipped.length,
    failures: [...[...failed, ...otherFailures].map(describe), ...complaints].map((failure) => `${level}: ${failure}`),
    skipped: skipped.length,
  };
}

async function readSkips(): Promise<readonly { level: string; name: string }[]> {
  const lines = (await readFile(new URL("../skips.txt", import.meta.url), "utf8")).split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(": "))
    .map(([level = "", name = ""]) => ({ level, name }));
}
