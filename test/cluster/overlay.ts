import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { render } from "../../deploy/render.ts";
import { programFile } from "./build.ts";

/** What this cluster differs in from a user's kind. */
export const overlayValues = fileURLToPath(new URL("values.yaml", import.meta.url));

/** deploy/kind, rendered for this cluster, as a file for kubectl. */
export async function overlayFile(): Promise<string> {
  const values = ["values.yaml", "kind/values.yaml", "../test/cluster/values.yaml"];
  const file = join(tmpdir(), "kura.yaml");
  await writeFile(file, await render(await programFile("helm"), { file, values }));
  return file;
}

export const workloads = ["daemonset/kura-csi-loop-node", "deployment/kura-csi-loop-controller"];
