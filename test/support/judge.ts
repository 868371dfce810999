import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Counts, describeFailure } from "./counts.ts";

/** What vitest's JSON reporter writes, as far as it is read. */
interface Report {
  readonly testResults: readonly {
    /** The file, in full. */
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: "passed" | "failed" | "pending" | "skipped" | "todo";
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * Counts a report. A test may only be skipped where test/skips.txt has a line for it (`level: full name: reason`); a
 * line whose test passes, or is not there, fails the run, so that the file stays true.
 */
export async function judge(level: string, report: Report): Promise<Counts> {
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
      .map(({ name, message }) => describeFailure(name, message)),
  ].map((complaint) => `${level}: ${complaint}`);
  for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
  const count = (wanted: (status: string) => boolean) => tests.filter(({ status }) => wanted(status)).length;
  return {
    passed: count((status) => status === "passed"),
    failures: [...failuresIn(level, report), ...complaints],
    skipped: count(isSkip),
  };
}

const failuresIn = (level: string, { testResults }: Report): readonly string[] =>
  testResults.flatMap(({ name: file, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages = [] }) =>
        describeFailure(
          `${level}: ${relative(process.cwd(), file)}: ${fullName}`,
          stripVTControlCharacters(failureMessages.join("\n")),
        ),
      ),
  );

const isSkip = (status: string): boolean => status === "pending" || status === "skipped" || status === "todo";

async function readSkips(): Promise<readonly { level: string; name: string }[]> {
  const lines = (await readFile(new URL("../skips.txt", import.meta.url), "utf8")).split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(": "))
    .map(([level = "", name = ""]) => ({ level, name }));
}
