import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { addCounts, type Counts, failed } from "./counts.ts";
import { judge } from "./judge.ts";
import { reportVariable } from "./reporter.ts";

export interface VitestRun {
  /** A project of vitest.config.ts. */
  readonly project: string;
  /** Everything that the tests make lies below it, so that what they leave can be told from what others do. */
  readonly folder: string;
  /** A command that runs vitest where its tests belong. */
  readonly inside?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly files?: readonly string[];
  /** In place of the project, whose lines of test/skips.txt say what may be skipped here. */
  readonly place?: string | undefined;
}

/** Runs a project of tests, and counts them. */
export async function runVitest({
  project,
  folder,
  inside = [],
  env = {},
  files = [],
  place,
}: VitestRun): Promise<Counts> {
  const report = join(await mkdtemp(join(tmpdir(), "kura-report-")), "report.json");
  const vitest = [
    "node",
    "node_modules/vitest/vitest.mjs",
    "run",
    "--project",
    project,
    "--reporter=default",
    "--reporter=./test/support/reporter.ts",
    ...files,
  ];
  try {
    const exitCode = await inherit([...inside, ...vitest], {
      ...process.env,
      ...env,
      TMPDIR: folder,
      [reportVariable]: report,
    });
    const counts = await judge(project, JSON.parse(await readFile(report, "utf8")), place);
    const isUnexplained = exitCode !== 0 && counts.failures.length === 0;
    return isUnexplained ? addCounts(counts, failed(`${project}: vitest ended with ${exitCode}`)) : counts;
  } catch (error) {
    const why = `${project}: ${error instanceof Error ? error.message : error}`;
    process.stdout.write(`${why}\n`);
    return failed(why);
  } finally {
    await rm(dirname(report), { recursive: true });
  }
}

function inherit([file = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: "inherit", env });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
