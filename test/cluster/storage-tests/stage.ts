import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { must } from "../../support/command.ts";
import { addCounts, type Counts, describeFailure, noCounts, showCounts } from "../../support/counts.ts";
import type { JunitCase } from "../../support/junit.ts";
import { buildPrograms } from "../build.ts";
import { type Cluster, kubectlOf } from "../machine/cluster.ts";
import type { Options } from "../options.ts";
import { type Choice, chosen, complete, leftOut } from "./chosen.ts";
import { claimsIn, unshown } from "./floor.ts";
import { reportOf } from "./report.ts";
import { runStorageTests } from "./run.ts";

/** The values that install each backend that these tests can be run on. */
export const everyBackend = "../test/cluster/storage-tests/values.yaml";

/** In full: a command that enters the node's mounts starts at their root. */
const fileOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Wish extends Pick<Options, "full" | "focus" | "files"> {
  readonly say: (line: string) => void;
}

/** Kubernetes' own tests, where the node is the node and the API server can be reached. */
export async function testStorage(cluster: Cluster, wish: Wish): Promise<Counts> {
  const classes = ["--filename", fileOf("classes.yaml")];
  await must(...kubectlOf(cluster), "apply", ...classes);
  try {
    await buildPrograms(wish.say, ["ginkgo", "e2e.test"]);
    return wish.full ? await runComplete(cluster, wish) : (await runChoice(cluster, choiceOf(wish), wish.say)).counts;
  } finally {
    await must(...kubectlOf(cluster), "delete", ...classes);
  }
}

async function runComplete(cluster: Cluster, wish: Wish): Promise<Counts> {
  let counts = noCounts;
  for (const [backend, choice] of Object.entries(complete)) {
    if (wish.files.length > 0 && !wish.files.includes(backend)) continue;
    const { cases, counts: its } = await runChoice(cluster, choice, wish.say);
    await writeReport(backend, cases);
    counts = addCounts(counts, its);
  }
  return counts;
}

function choiceOf({ focus }: Wish): Choice {
  if (focus === undefined) return chosen;
  const drivers = Object.values(complete).flatMap(({ drivers }) => drivers);
  return { drivers, focus: [focus], skip: [], leaves: "all", minutes: 180 };
}

async function runChoice(cluster: Cluster, choice: Choice, say: Wish["say"]) {
  const { drivers, focus, skip, minutes } = choice;
  const { enter, kubeconfig, nodeCount, place } = cluster;
  const started = Date.now();
  say(`running Kubernetes' storage tests as ${drivers.join(" and ")} claim them`);
  const { cases, exitCode, words } = await runStorageTests({
    inside: enter,
    kubeconfig,
    nodeCount,
    folder: join(place.folder, "storage-tests"),
    drivers: drivers.map(fileOf),
    focus: focus.join("|"),
    skip: [...leftOut.map(({ pattern }) => pattern), ...skip].join("|"),
    minutes,
  });
  const failures = cases.filter(({ status }) => status !== "passed" && status !== "skipped");
  for (const { name, message } of failures) process.stdout.write(`FAILED ${name}\n${message.slice(0, 3000)}\n`);
  const claims = (await Promise.all(drivers.map((file) => claimsIn(fileOf(file))))).flat();
  const isUnexplained = exitCode !== 0 && failures.length === 0;
  const complaints = [
    ...(isUnexplained ? [describeFailure(`storage tests: ginkgo ended with ${exitCode}`, words)] : []),
    ...unshown(choice, claims, cases).map((what) => `storage tests: ${what}`),
  ];
  const count = (wanted: string) => cases.filter(({ status }) => status === wanted).length;
  const counts: Counts = {
    passed: count("passed"),
    failures: [
      ...failures.map(({ name, message }) => describeFailure(`storage tests: ${name}`, message)),
      ...complaints,
    ],
    skipped: count("skipped"),
  };
  say(`storage tests, ${Math.round((Date.now() - started) / 1000)} s: ${showCounts(counts)}`);
  return { cases, counts };
}

async function writeReport(backend: string, cases: readonly JunitCase[]): Promise<void> {
  const folder = "docs/kubernetes-storage-tests";
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${backend}.md`), reportOf(backend, cases, new Date().toISOString().slice(0, 10)));
}
