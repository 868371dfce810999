import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { programFile } from "../cluster/build.ts";
import { command, type Result } from "./command.ts";

export const chart = fileURLToPath(new URL("../../deploy/chart", import.meta.url));

// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, looked at by path
export type KubernetesObject = any;

/** `helm template` with values over the defaults. */
export async function helmTemplate(values: object, ...flags: readonly string[]): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "kura-chart-"));
  try {
    const file = join(folder, "values.json");
    await writeFile(file, JSON.stringify(values));
    const argv = ["template", "kura", chart, "--namespace", "kura-system", "--values", file, ...flags];
    return await command([await programFile("helm"), ...argv]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every document of a YAML text; a key that is there twice is an error. */
export function parseObjects(text: string): readonly KubernetesObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() ?? [];
  });
}

export async function objectsOf(
  values: object = {},
  ...flags: readonly string[]
): Promise<readonly KubernetesObject[]> {
  const { exitCode, stdout, stderr } = await helmTemplate(values, ...flags);
  if (exitCode !== 0) throw new Error(stderr);
  return parseObjects(stdout);
}

export const findObject = (objects: readonly KubernetesObject[], kind: string, name: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
};

export const containersOf = (workload: KubernetesObject): readonly KubernetesObject[] =>
  workload.spec.template.spec.containers;
export const containerOf = (workload: KubernetesObject, name: string) =>
  containersOf(workload).find((one) => one.name === name);
export const namesOf = (workload: KubernetesObject) => containersOf(workload).map(({ name }) => name);
