import { cp, mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../deploy/render.ts";
import { programFile } from "./build.ts";
import { checkout } from "./doc-blocks.ts";

/** Names files of values, from deploy/ on and with commas between them, that a run adds to those of every run. */
export const moreValues = "KURA_CLUSTER_VALUES";

/** What an overlay of deploy/ is made of in this cluster, as files from there on. */
export function valuesOf(overlay: string): readonly string[] {
  const ofRun = process.env[moreValues] ?? "";
  return [`${overlay}/values.yaml`, "../test/cluster/values.yaml", ...ofRun.split(",").filter((file) => file !== "")];
}

/** The YAML of an overlay, rendered for this cluster, with its kustomization beside it. */
export async function overlayFile(overlay: string, ...more: readonly string[]): Promise<string> {
  const folder = join(tmpdir(), "overlays", overlay);
  await mkdir(folder, { recursive: true });
  await cp(join(checkout, "deploy", overlay, "kustomization.yaml"), join(folder, "kustomization.yaml"));
  const file = join(folder, "kura.yaml");
  const values = ["values.yaml", ...valuesOf(overlay), ...more];
  await writeFile(file, await render(await programFile("helm"), { file, values }));
  return file;
}
