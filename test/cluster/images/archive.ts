import { createHash } from "node:crypto";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, isThere } from "../../support/cache.ts";
import { buildPrograms, programFile } from "../build.ts";
import type { ImageArchive } from "../machine/containerd.ts";
import { makeBases } from "./bases.ts";
import { buildImage, saveImage } from "./buildah.ts";
import type { StandIn } from "./stand-ins.ts";

interface Making {
  readonly name: string;
  readonly dockerfile: string;
  /** Files by the name that they have in the context. */
  readonly content: Readonly<Record<string, string>>;
}

/** The image as a file that containerd imports: from the cache, or built now. */
export async function archiveOf(standIn: StandIn, log: (line: string) => void): Promise<ImageArchive> {
  const { names, programs = [], files = {} } = standIn;
  const [name = ""] = names;
  await buildPrograms(log, programs);
  const sources = Object.fromEntries(await Promise.all(programs.map(async (each) => [each, await programFile(each)])));
  const content = { ...sources, ...files };
  const hash = await hashOf(standIn, Object.values(sources), Object.values(files));
  const file = join(await cacheFolder("images"), `${name.replaceAll(/[^a-z0-9.]+/g, "-")}-${hash}.tar`);
  if (!(await isThere(file))) {
    await makeBases(log);
    log(`making ${names.join(", ")}`);
    await make({ name, dockerfile: standIn.dockerfile, content }, file);
  }
  return { file, names };
}

/** Programs are told by their place in the cache, which names their version; other files by what is in them. */
async function hashOf({ names, dockerfile }: StandIn, programs: readonly string[], files: readonly string[]) {
  const hash = createHash("sha256").update(JSON.stringify([names, dockerfile, programs]));
  for (const file of files) hash.update(await readFile(file));
  return hash.digest("hex").slice(0, 12);
}

async function make({ name, dockerfile, content }: Making, file: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), "kura-image-"));
  try {
    for (const [target, source] of Object.entries(content)) await copyFile(source, join(context, target));
    await writeFile(join(context, "Dockerfile"), dockerfile);
    await buildImage({ name, dockerfile: join(context, "Dockerfile"), context });
    await saveImage(name, file);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}
