import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../deploy/render.ts";
import { programFile } from "./build.ts";

/** deploy/kind, rendered for this cluster, as a file for kubectl. */
export async function overlayFile(): Promise<string> {
  const values = ["values.yaml", "kind/values.yaml", "../test/cluster/values.yaml"];
  const file = join(tmpdir(), "kura.yaml");
  await writeFile(file, await render(await programFile("helm"), { file, values }));
  return file;
}
