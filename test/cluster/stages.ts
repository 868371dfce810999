import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, must } from "../support/command.ts";
import { addCounts, type Counts, failed, noCounts, showCounts } from "../support/counts.ts";
import { runVitest } from "../support/run-vitest.ts";
import { buildPrograms } from "./build.ts";
import type { Cluster } from "./machine/cluster.ts";
import { makeFolder } from "./machine/place.ts";
import { chosen, inapplicable, leftOut } from "./storage-tests/chosen.ts";
import { reportOf } from "./storage-tests/report.ts";
import { runStorageTests } from "./storage-tests/run.ts";

/** In full: a command that enters the node's mounts starts at their root. */
const storageClass = fileURLToPath(new URL("storage-tests/class.yaml", import.meta.url));

export interface Stages {
  readonly cluster: Cluster;
  readonly full: boolean;
  /** Only these files of test/cluster/use, or `ebs`. */
  readonly files: readonly string[];
  readonly say: (line: string) => void;
}

/** Where kura cannot be installed, nothing can be said of its use. */
export async function runStages({ cluster, full, files, say }: Stages): Promise<Counts> {
  if (files.includes("ebs")) return runStage(cluster, ["ebs/"]);
  const installed = await runStage(cluster, ["install/"]);
  if (installed.failed > 0) return installed;
  if (files.length > 0)
    return addCounts(
      installed,
      await runStage(
        cluster,
        files.map((word) => `use/${word}`),
      ),
    );
  const parts = [
    () => runStage(cluster, ["image/"]),
    () => runStage(cluster, ["use/"]),
    () => testStorage(cluster, { full, say }),
    // takes kura away
    () => runStage(cluster, ["uninstall/"]),
    // brings it again, with another backend
    () => runStage(cluster, ["ebs/"]),
  ];
  let counts = installed;
  for (const part of parts) counts = addCounts(counts, await part().catch((error: unknown) => tell(error, say)));
  return counts;
}

/** A part that cannot be run is a failure, and takes nothing from what the others found. */
function tell(error: unknown, say: Stages["say"]): Counts {
  say(error instanceof Error ? error.message : String(error));
  return failed(1);
}

async function runStage(cluster: Cluster, files: readonly string[]): Promise<Counts> {
  const counts = await runVitest({
    project: "cluster",
    folder: await makeFolder(cluster.place.folder, "tests"),
    inside: cluster.inNetwork,
    env: { KUBECONFIG: cluster.kubeconfig, PATH: `${cluster.programs}:${process.env["PATH"]}` },
    files: files.map((name) => `test/cluster/${name}`),
  });
  if (counts.failed > 0) process.stdout.write(await lookAt(cluster));
  return counts;
}

/** What one would ask first. */
async function lookAt(cluster: Cluster): Promise<string> {
  const questions = [
    ["get", "pods,pvc,pv,volumesnapshots", "--all-namespaces", "--output=wide"],
    ["get", "events", "--all-namespaces", "--field-selector=type=Warning", "--sort-by=.lastTimestamp"],
    ["logs", "--namespace=kura-system", "--selector=app.kubernetes.io/name=kura", "--all-containers", "--tail=15"],
  ];
  const answers = await Promise.all(questions.map((argv) => command([...kubectlOf(cluster), ...argv])));
  return answers.map(({ stdout, stderr }) => `${stdout.split("\n").slice(-80).join("\n")}${stderr}\n`).join("\n");
}

/** Kubernetes' own tests, where the node is the node and the API server can be reached. */
async function testStorage(cluster: Cluster, { full, say }: Pick<Stages, "full" | "say">): Promise<Counts> {
  const { enter, kubeconfig, nodeCount, place } = cluster;
  const started = Date.now();
  await must(...kubectlOf(cluster), "apply", "--filename", storageClass);
  await buildPrograms(say, ["ginkgo", "e2e.test"]);
  say(`running ${full ? "all" : "some"} of Kubernetes' storage tests`);
  const cases = await runStorageTests({
    inside: enter,
    kubeconfig,
    nodeCount,
    folder: join(place.folder, "storage-tests"),
    focus: full ? "." : chosen.join("|"),
    skip: [...leftOut.map(({ pattern }) => pattern), ...(full ? [] : inapplicable)].join("|"),
  });
  if (full) await writeFile("docs/kubernetes-storage-tests.md", reportOf(cases, new Date().toISOString().slice(0, 10)));
  const failures = cases.filter(({ status }) => status !== "passed" && status !== "skipped");
  for (const { name, message } of failures) process.stdout.write(`FAILED ${name}\n${message.slice(0, 3000)}\n`);
  const count = (wanted: string) => cases.filter(({ status }) => status === wanted).length;
  const counts = { ...noCounts, passed: count("passed"), failed: failures.length, skipped: count("skipped") };
  say(`storage tests, ${Math.round((Date.now() - started) / 1000)} s: ${showCounts(counts)}`);
  return counts;
}

export const kubectlOf = ({ enter, programs, kubeconfig }: Cluster): readonly string[] => [
  ...enter,
  join(programs, "kubectl"),
  `--kubeconfig=${kubeconfig}`,
];
