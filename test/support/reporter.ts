import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";

/** A run of vitest, as far as it is judged. */
export interface Report {
  readonly tests: readonly ReportedTest[];
  /** What failed outside of every test: a file that cannot be loaded, a hook, an error that nobody caught. */
  readonly otherFailures: readonly Failure[];
}

export interface ReportedTest extends Failure {
  readonly fullName: string;
  readonly state: "passed" | "failed" | "skipped" | "pending";
}

export interface Failure {
  readonly where: string;
  readonly message: string;
}

/** Where the report goes. */
export const reportVariable = "KURA_TEST_REPORT";

/** Vitest's own JSON report says nothing of hooks that failed and of errors that nobody caught. */
export default class implements Reporter {
  async onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Promise<void> {
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const report: Report = {
      tests: modules.flatMap((module) => [...module.children.allTests()].map(reportTest)),
      otherFailures: [
        ...suites
          .filter((suite) => suite.errors().length > 0)
          .map((suite) => ({ where: placeOf(suite), message: messageOf(suite.errors()) })),
        ...unhandled.map((error) => ({ where: "an error that nobody caught", message: messageOf([error]) })),
      ],
    };
    await writeFile(process.env[reportVariable] ?? "", JSON.stringify(report));
  }
}

function reportTest(test: TestCase): ReportedTest {
  const { state, errors = [] } = test.result();
  return { fullName: nameOf(test), state, where: placeOf(test), message: messageOf(errors) };
}

const nameOf = (task: TestCase | TestSuite | TestModule): string =>
  task.type === "module" ? "" : [nameOf(task.parent), task.name].filter((name) => name !== "").join(" ");

const placeOf = (task: TestCase | TestSuite | TestModule): string =>
  [fileOf(task), nameOf(task)].filter((part) => part !== "").join(": ");

const fileOf = (task: TestCase | TestSuite | TestModule): string =>
  relative(process.cwd(), (task.type === "module" ? task : task.module).moduleId);

const messageOf = (errors: readonly SerializedError[]): string =>
  errors
    .map(({ name, message, stack, diff }) => [stack ?? `${name}: ${message}`, diff ?? []].flat().join("\n"))
    .join("\n");
