import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, isThere } from "../support/cache.ts";
import { must } from "../support/command.ts";
import { type GoModule, type GoProgram, goModules } from "./programs.ts";

const ownSources = fileURLToPath(new URL("go", import.meta.url));

/** Where a program is, once `buildPrograms` has run. */
export async function programFile(name: string): Promise<string> {
  for (const module of goModules)
    for (const program of module.programs) if (program.name === name) return await fileOf(module, program);
  throw new Error(`no program is called ${name}`);
}

/** Builds what is not in the cache yet; all of it takes a quarter of an hour, once. */
export async function buildPrograms(log: (line: string) => void, names?: readonly string[]): Promise<void> {
  for (const module of goModules) {
    const missing: GoProgram[] = [];
    for (const program of module.programs)
      if ((names ?? [program.name]).includes(program.name) && !(await isThere(await fileOf(module, program))))
        missing.push(program);
    if (missing.length > 0) await buildModule(module, missing, log);
  }
}

async function buildModule(module: GoModule, programs: readonly GoProgram[], log: (line: string) => void) {
  const folder = await mkdtemp(join(tmpdir(), "kura-build-"));
  try {
    await cp(ownSources, folder, { recursive: true });
    await writeFile(join(folder, "go.mod"), await goMod(module));
    for (const program of programs) {
      log(`building ${program.name} of ${module.path} ${module.version}`);
      await build(module, program, folder);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(module: GoModule, program: GoProgram, folder: string): Promise<void> {
  const file = await fileOf(module, program);
  const unfinished = `${file}.${process.pid}`;
  const verb = program.isTest ? ["test", "-c"] : ["build"];
  const flags = ["-mod=mod", "-buildvcs=false", "-trimpath", "-ldflags", linkerFlags(module), "-o", unfinished];
  const env = ["env", "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off"];
  await must("nice", "-n", "10", ...env, "go", "-C", folder, ...verb, ...flags, program.package);
  await rename(unfinished, file);
}

/** Kubernetes says its version only where it is linked in; kubelet and the tests compare it. */
function linkerFlags({ path, version }: GoModule): string {
  if (path !== "k8s.io/kubernetes") return "-s -w";
  const [major, minor] = version.slice(1).split(".");
  const set = (name: string, value = "") => `-X k8s.io/component-base/version.${name}=${value}`;
  return ["-s -w", set("gitVersion", version), set("gitMajor", major), set("gitMinor", minor)].join(" ");
}

interface Edited {
  readonly Go: string;
  readonly Replace:
    | readonly { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[]
    | null;
}

/**
 * A module that depends on the wanted one and takes over its replacements, without which it does not compile: Go
 * only obeys those of the main module.
 */
async function goMod({ path, version }: GoModule): Promise<string> {
  const { Dir } = JSON.parse(await must("go", "mod", "download", "-json", `${path}@${version}`));
  const { Go, Replace }: Edited = JSON.parse(await must("go", "mod", "edit", "-json", join(Dir, "go.mod")));
  const replacements = (Replace ?? []).flatMap(({ Old, New }) => {
    const target = New.Version === undefined ? published(Old.Path, version) : `${New.Path} ${New.Version}`;
    return target === undefined ? [] : [`replace ${[Old.Path, Old.Version ?? ""].join(" ").trim()} => ${target}`];
  });
  return ["module kura.test/cluster", `go ${Go}`, `require ${path} ${version}`, ...replacements, ""].join("\n");
}

/** A local folder of Kubernetes' repository is published as a module too, with a version that starts with v0. */
const published = (path: string, version: string): string | undefined =>
  path.startsWith("k8s.io/") ? `${path} ${version.replace(/^v1\./, "v0.")}` : undefined;

/** Named by the version, and by our own sources where they are part of it. */
async function fileOf(module: GoModule, program: GoProgram): Promise<string> {
  const own = program.package.startsWith("./") ? `-${await hashOf(join(ownSources, program.package))}` : "";
  return join(await cacheFolder("bin", `${program.name}-${module.version}${own}`), program.name);
}

async function hashOf(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).sort()) hash.update(name).update(await readFile(join(folder, name)));
  return hash.digest("hex").slice(0, 8);
}
