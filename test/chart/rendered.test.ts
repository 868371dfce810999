import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { readRendered, render, rendered } from "../../deploy/render.ts";
import { programFile } from "../cluster/build.ts";
import { goModules } from "../cluster/programs.ts";
import { parseObjects } from "../support/helm.ts";

describe("what is rendered from the chart", () => {
  test.each(rendered)("deploy/$file is what the chart gives now; npm run render makes it so", async (wish) => {
    expect(await readRendered(wish.file)).toBe(await render(await programFile("helm"), wish));
  });

  test.each(rendered)("deploy/$file says everything once, and has no hooks of Helm's", async ({ file }) => {
    const objects = parseObjects(await readRendered(file));
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
    expect(JSON.stringify(objects)).not.toContain("helm.sh/");
  });

  test("the Job that makes the Secrets comes before the pods that wait for them", async () => {
    const kinds = parseObjects(await readRendered("kura.yaml")).map(({ kind }) => kind);
    expect(kinds.lastIndexOf("Job")).toBeLessThan(kinds.indexOf("DaemonSet"));
    expect(kinds[0]).toBe("Namespace");
  });
});

describe("what is applied with kubectl apply -k", () => {
  const resourcesOf = async (folder: string): Promise<readonly string[]> =>
    parseObjects(await readRendered(`${folder}/kustomization.yaml`))[0].resources;

  test("kura comes without CRDs: kubectl makes no object of a kind that was not there when it began", async () => {
    const names = await readdir(fileURLToPath(new URL("../../deploy", import.meta.url)), { recursive: true });
    const folders = names.flatMap((name) => /^(.*)\/kustomization\.yaml$/.exec(name)?.[1] ?? []);
    expect(folders.sort()).toEqual(["ebs", "kind", "minikube", "snapshot-crds"]);
    for (const folder of folders.filter((name) => name !== "snapshot-crds"))
      expect(await resourcesOf(folder), folder).toEqual(["kura.yaml"]);
  });

  test("the CRDs of snapshots are of the snapshotter's version", async () => {
    const snapshotter = goModules.find(({ programs }) => programs.some(({ name }) => name === "csi-snapshotter"));
    const [url = "", ...others] = await resourcesOf("snapshot-crds");
    expect(others).toEqual([]);
    expect(new URL(url).searchParams.get("ref")).toBe(snapshotter?.version);
  });
});
