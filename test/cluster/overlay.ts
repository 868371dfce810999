import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { render } from "../../deploy/render.ts";
import { programFile } from "./build.ts";

/** An overlay of deploy/, rendered for this cluster, as a file for kubectl. */
export async function overlayFile(overlay: string, ...more: readonly string[]): Promise<string> {
  const values = ["values.yaml", `${overlay}/values.yaml`, "../test/cluster/values.yaml", ...more];
  const file = join(tmpdir(), `${overlay}.yaml`);
  await writeFile(file, await render(await programFile("helm"), { file, values }));
  return file;
}
