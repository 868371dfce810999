import { command } from "../support/command.ts";
import { addCounts, type Counts, failed } from "../support/counts.ts";
import { runVitest } from "../support/run-vitest.ts";
import { type Cluster, kubectlOf } from "./machine/cluster.ts";
import { machinesVariable } from "./machine/machines.ts";
import { makeFolder } from "./machine/place.ts";
import type { Options } from "./options.ts";
import { moreValues } from "./overlay.ts";
import { everyBackend, testStorage } from "./storage-tests/stage.ts";

export interface Stages extends Pick<Options, "full" | "focus" | "keep" | "values" | "files"> {
  readonly cluster: Cluster;
  /** Another cluster on the same pool; where none can be made, the same one. */
  readonly renew: () => Promise<Cluster>;
  readonly say: (line: string) => void;
}

type Part = () => Promise<Counts>;

/** Where kura cannot be installed, nothing can be said of its use. */
export async function runStages(stages: Stages): Promise<Counts> {
  if (stages.files.includes("ebs")) return runStage(stages, ["ebs/"]);
  let counts = await runStage(stages, ["install/"]);
  if (counts.failures.length > 0) return counts;
  for (const part of partsOf(stages))
    counts = addCounts(counts, await part().catch((error: unknown) => tell(error, stages.say)));
  return counts;
}

function partsOf(stages: Stages): readonly Part[] {
  const storage: Part = () => testStorage(stages.cluster, stages);
  const image: Part = () => runStage(stages, ["image/"]);
  const uninstall: Part = () => runStage(stages, ["uninstall/"]);
  // brings kura again, with another backend
  const ebs: Part = () => runStage(stages, ["ebs/"]);
  const again: Part = async () => runStage({ ...stages, cluster: await stages.renew() }, ["again/"]);
  const use = (words: readonly string[]) => () =>
    runStage(
      stages,
      words.map((word) => `use/${word}`),
    );
  const { focus, full, files } = stages;
  if (focus !== undefined) return [storage];
  if (full) return [storage, uninstall];
  if (files.length === 0) return [image, use([""]), storage, uninstall, ebs, again];
  // a cluster that was raised here goes, and kura with it
  const isKept = stages.cluster.machines !== undefined || stages.keep;
  const parts: Readonly<Record<string, readonly Part[]>> = {
    image: [image],
    storage: [storage],
    again: [uninstall, again],
  };
  const words = files.filter((word) => !(word in parts));
  const named = Object.keys(parts).filter((name) => files.includes(name) || (name === "again" && !isKept));
  return [...(words.length === 0 ? [] : [use(words)]), ...named.flatMap((name) => parts[name] ?? [])];
}

/** A part that cannot be run is a failure, and takes nothing from what the others found. */
export function tell(error: unknown, say: Stages["say"]): Counts {
  const why = error instanceof Error ? error.message : String(error);
  say(why);
  return failed(`cluster: ${why}`);
}

async function runStage({ cluster, full, focus, values }: Stages, files: readonly string[]): Promise<Counts> {
  const { inNetwork, kubeconfig, machines, place, programs } = cluster;
  const backends = full || focus !== undefined ? [everyBackend] : [];
  const counts = await runVitest({
    project: "cluster",
    folder: await makeFolder(place.folder, "tests"),
    inside: inNetwork,
    env: {
      KUBECONFIG: kubeconfig,
      PATH: `${programs}:${process.env["PATH"]}`,
      ...(machines === undefined ? {} : { [machinesVariable]: JSON.stringify(machines) }),
      [moreValues]: [...cluster.values, ...backends, ...values].join(","),
    },
    files: files.map((name) => `test/cluster/${name}`),
    ...(machines === undefined ? { place: "kubeconfig" } : {}),
  });
  if (counts.failures.length > 0) process.stdout.write(await lookAt(cluster));
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
