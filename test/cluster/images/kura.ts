import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packageJson from "../../../package.json" with { type: "json" };
import { cacheFolder, isThere } from "../../support/cache.ts";
import type { ImageArchive } from "../machine/containerd.ts";
import { makeBases } from "./bases.ts";
import { buildImage, saveImage } from "./buildah.ts";

/** The name under which the chart asks for it. */
export const kuraImage = `ghcr.io/kura-csi/kura:${packageJson.version}`;

const checkout = fileURLToPath(new URL("../../..", import.meta.url));

/** Our own image, built from the Dockerfile as it is now. */
export async function kuraArchive(log: (line: string) => void): Promise<ImageArchive> {
  await makeBases(log);
  log(`building ${kuraImage}`);
  const said = await buildImage({ name: kuraImage, dockerfile: join(checkout, "Dockerfile"), context: checkout });
  const folder = await cacheFolder("images", "kura");
  const name = `${said.split("\n").at(-1)?.slice(0, 12)}.tar`;
  for (const old of await readdir(folder)) if (old !== name) await rm(join(folder, old), { force: true });
  const file = join(folder, name);
  if (!(await isThere(file))) await saveImage(kuraImage, file);
  return { file, names: [kuraImage] };
}
