import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../../support/command.ts";
import { type JunitCase, parseJunit } from "../../support/junit.ts";
import { programFile } from "../build.ts";

export interface StorageTests {
  /** Brings the tests to where the API server can be reached, and where the node is the node. */
  readonly inside: readonly string[];
  readonly kubeconfig: string;
  readonly nodeCount: number;
  readonly folder: string;
  /** Files that describe the drivers to be tested. */
  readonly drivers: readonly string[];
  /** A regular expression over the names of the tests, in Go's form. */
  readonly focus: string;
  readonly skip: string;
  readonly minutes: number;
}

export interface StorageTestsEnd {
  readonly cases: readonly JunitCase[];
  readonly exitCode: number;
  /** The last that was printed. */
  readonly words: string;
}

/** Runs Kubernetes' own storage tests on drivers that are installed, and tells how each of them ended. */
export async function runStorageTests(options: StorageTests): Promise<StorageTestsEnd> {
  const report = join(options.folder, "junit.xml");
  await mkdir(options.folder, { recursive: true });
  await rm(report, { force: true });
  const ginkgo = [
    await programFile("ginkgo"),
    "--procs=6",
    "--no-color",
    "--keep-going",
    "--silence-skips",
    `--timeout=${options.minutes}m`,
    `--focus=External.Storage.*(${options.focus})`,
    `--skip=${options.skip}`,
    `--junit-report=${report}`,
  ];
  const flags = [
    `-kubeconfig=${options.kubeconfig}`,
    ...options.drivers.map((file) => `-storage.testdriver=${file}`),
    `-num-nodes=${options.nodeCount}`,
    "-allowed-not-ready-nodes=-1",
    "-provider=skeleton",
  ];
  const argv = [...options.inside, ...ginkgo, await programFile("e2e.test"), "--", ...flags];
  const { exitCode, stdout, stderr } = await command(argv, { cwd: options.folder });
  const words = `${stdout.slice(-2000)}${stderr.slice(-2000)}`;
  const xml = await readFile(report, "utf8").catch(() => {
    throw new Error(`the storage tests wrote no report: ${words}`);
  });
  return { cases: parseJunit(xml).filter(wasChosen), exitCode, words };
}

/** A test that the expressions leave out is in the report too, as skipped without a reason. */
const wasChosen = ({ status, message }: JunitCase): boolean => status !== "skipped" || message.includes(" - ");
