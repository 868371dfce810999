import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../deploy/render.ts";
import { programFile } from "./build.ts";

/** Names a file of values, from deploy/, that a run adds to those of every run. */
export const moreValues = "KURA_CLUSTER_VALUES";

/** An overlay of deploy/, rendered for this cluster, as a file for kubectl. */
export async function overlayFile(overlay: string, ...more: readonly string[]): Promise<string> {
  const ofRun = process.env[moreValues];
  const own = ["../test/cluster/values.yaml", ...(ofRun === undefined ? [] : [ofRun]), ...more];
  const values = ["values.yaml", `${overlay}/values.yaml`, ...own];
  const file = join(tmpdir(), `${overlay}.yaml`);
  await writeFile(file, await render(await programFile("helm"), { file, values }));
  return file;
}
