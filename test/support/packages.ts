import { access } from "node:fs/promises";
import { command } from "./command.ts";

/** What tests use beside the driver's own tools, by a path of each: installed where it is missing, or named. */
export async function needPackages(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing: string[] = [];
  for (const [name, path] of Object.entries(packages)) if (!(await isThere(path))) missing.push(name);
  if (missing.length === 0) return;
  const install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", ...missing];
  if (await succeeds(install)) return;
  // a fresh machine has no package lists yet
  await succeeds(["apt-get", "update", "--quiet"]);
  if (!(await succeeds(install))) throw new Error(`install ${missing.join(", ")} (names of Debian's packages)`);
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

const succeeds = (argv: readonly string[]): Promise<boolean> =>
  command(argv, { env: { DEBIAN_FRONTEND: "noninteractive" } }).then(
    ({ exitCode }) => exitCode === 0,
    () => false,
  );
