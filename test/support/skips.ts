import { readFile } from "node:fs/promises";
import type { Counts } from "./counts.ts";

/** What vitest's JSON reporter writes, as far as it is read. */
interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: "passed" | "failed" | "pending" | "skipped" | "todo";
    }[];
  }[];
}

/**
 * Counts a report. A test may only be skipped where test/skips.txt has a line for it (`level: full name: reason`); a
 * line whose test passes, or is not there, fails the run, so that the file stays true.
 */
export async function judgeSkips(level: string, report: Report): Promise<Counts> {
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const allowed = (await readSkips()).filter((skip) => skip.level === level);
  const complaints = [
    ...tests
      .filter(({ status, fullName }) => isSkip(status) && !allowed.some(({ name }) => name === fullName))
      .map(({ fullName }) => `skipped without a line in test/skips.txt: ${fullName}`),
    ...allowed
      .filter(({ name }) => !tests.some(({ fullName, status }) => fullName === name && isSkip(status)))
      .map(({ name }) => `test/skips.txt has a line for what is not skipped: ${name}`),
    // a file that cannot be loaded has no tests that could fail
    ...report.testResults
      .filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== "")
      .map(({ message }) => message),
  ];
  for (const complaint of complaints) process.stdout.write(`${level}: ${complaint}\n`);
  const count = (wanted: (status: string) => boolean) => tests.filter(({ status }) => wanted(status)).length;
  return {
    passed: count((status) => status === "passed"),
    failed: count((status) => status === "failed") + complaints.length,
    skipped: count(isSkip),
  };
}

const isSkip = (status: string): boolean => status === "pending" || status === "skipped" || status === "todo";

async function readSkips(): Promise<readonly { level: string; name: string }[]> {
  const lines = (await readFile(new URL("../skips.txt", import.meta.url), "utf8")).split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(": "))
    .map(([level = "", name = ""]) => ({ level, name }));
}
