/** Writes what `kubectl apply` takes, from the chart: `npm run render`. A test of the level `chart` says when to. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildPrograms, programFile } from "../test/cluster/build.ts";
import { command } from "../test/support/command.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The oldest Kubernetes that the chart takes: what is rendered must fit it. */
const kubeVersion = "1.34.0";

/** A rendered file, and the values that make it, later ones over earlier ones. */
export interface Rendered {
  readonly file: string;
  readonly values: readonly string[];
  /** One template alone, with values of its own. */
  readonly only?: readonly string[];
}

export const rendered: readonly Rendered[] = [
  { file: "kura.yaml", values: ["values.yaml"] },
  {
    file: "uninstall.yaml",
    values: ["values.yaml"],
    only: ["--set", "uninstallJob=true,defaultClass.replaceStandard=true", "--show-only", "templates/uninstall.yaml"],
  },
  { file: "kind/kura.yaml", values: ["values.yaml", "kind/values.yaml"] },
  { file: "minikube/kura.yaml", values: ["values.yaml", "minikube/values.yaml"] },
  { file: "ebs/kura.yaml", values: ["values.yaml", "ebs/values.yaml"] },
  {
    file: "ebs/uninstall.yaml",
    values: ["values.yaml", "ebs/values.yaml"],
    only: ["--set", "uninstallJob=true", "--show-only", "templates/uninstall.yaml"],
  },
  { file: "aws/kura.yaml", values: ["values.yaml", "aws/values.yaml"] },
];

export const readRendered = (file: string): Promise<string> => readFile(at(file), "utf8");

export async function render(helm: string, { values, only = [] }: Rendered): Promise<string> {
  const files = values.flatMap((file) => ["--values", at(file)]);
  const argv = [helm, "template", "kura", at("chart"), "--namespace", "kura-system", "--kube-version", kubeVersion];
  const { exitCode, stdout, stderr } = await command([...argv, ...files, ...only]);
  if (exitCode !== 0) throw new Error(stderr.trim());
  return `# Made from deploy/chart by npm run render; change it there.\n${inOrder(stdout)}`;
}

/** Helm puts Jobs last. Pods wait for the Secrets that one makes, so it goes before them. */
function inOrder(text: string): string {
  const documents = text
    .split(/^---$/m)
    .map((document) => document.replace(/^# Source: .*\n/m, "").trim())
    .filter((document) => document !== "");
  const isJob = (document: string) => /^kind: Job$/m.test(document);
  const first = documents.findIndex((document) => /^kind: (DaemonSet|Deployment|Job)$/m.test(document));
  const sorted = [
    ...documents.slice(0, first),
    ...documents.filter(isJob),
    ...documents.slice(first).filter((document) => !isJob(document)),
  ];
  return sorted.map((document) => `---\n${document}\n`).join("");
}

if (import.meta.main) {
  await buildPrograms((line) => process.stderr.write(`${line}\n`), ["helm"]);
  const helm = await programFile("helm");
  for (const wish of rendered) {
    await writeFile(at(wish.file), await render(helm, wish));
  }
}
