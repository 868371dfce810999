import { describe, expect, test } from "vitest";
import { readRendered, render, rendered } from "../../deploy/render.ts";
import { programFile } from "../cluster/build.ts";
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
