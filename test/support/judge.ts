import { readFile } from "node:fs/promises";
import { stripVTControlCharacters } from "node:util";
import { type Counts, describeFailure } from "./counts.ts";
import type { Failure, Report } from "./reporter.ts";

/**
 * Counts a report. A test may only be skipped where test/skips.txt has a line for it (`level: full name: reason`); a
 * line whose test passes, or is not there, fails the run, so that the file stays true. `place` stands in for the level
 * where lines are about a place of the run; such a report may be of some files only.
 */
export async function judge(level: string, { tests, otherFailures }: Report, place?: string): Promise<Counts> {
  const failed = tests.filter(({ state }) => state === "failed");
  const skipped = tests.filter(({ state }) => state === "skipped" || state === "pending");
  const allowed = (await readSkips())
    .filter((skip) => skip.level === (place ?? level))
    .filter(({ name }) => place === undefined || tests.some(({ fullName }) => fullName === name));
  const unexplained = skipped
    .map(({ fullName }) => fullName)
    .filter((fullName) => !allowed.some(({ name }) => name === fullName));
  const complaints = [
    // one failure: many are skipped together, where a hook failed
    ...(unexplained.length === 0
      ? []
      : [describeFailure("skipped without a line in test/skips.txt", unexplained.join("\n"))]),
    ...allowed
      .filter(({ name }) => !skipped.some(({ fullName }) => fullName === name))
      .map(({ name }) => `test/skips.txt has a line for what is not skipped: ${name}`),
  ];
  for (const { name, reason } of allowed) process.stdout.write(`${level}: skipped: ${name}: ${reason}\n`);
  const describe = ({ where, message }: Failure) => describeFailure(where, stripVTControlCharacters(message));
  return {
    passed: tests.length - failed.length - skipped.length,
    failures: [...[...failed, ...otherFailures].map(describe), ...complaints].map((failure) => `${level}: ${failure}`),
    skipped: skipped.length,
  };
}

async function readSkips(): Promise<readonly { level: string; name: string; reason: string }[]> {
  const lines = (await readFile(new URL("../skips.txt", import.meta.url), "utf8")).split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(": "))
    .map(([level = "", name = "", ...reason]) => ({ level, name, reason: reason.join(": ") }));
}
