import { UsageError } from "../config.ts";
import { commandRunner, packageOf } from "../host/run.ts";
import { isInstalled } from "./doctor/checks.ts";

/** What a fresh machine lacks is installed where that is possible (Debian, root); otherwise it is named. */
export async function setUp(say: (line: string) => void, tools: Tools = packageOf): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new UsageError("root is needed, to attach loop devices and mount: run it with sudo");
  const missing = await missingPackages(tools);
  if (missing.length === 0) return;
  if (!(await hasApt()))
    throw new UsageError(`tools are missing: install ${missing.join(", ")} (names of Debian's packages)`);
  say(`installing ${missing.join(", ")}`);
  await install(missing);
  const still = await missingPackages(tools);
  if (still.length > 0)
    throw new UsageError(`tools are missing and could not be installed: ${still.join(", ")} (Debian packages)`);
}

/** Each tool, and the Debian package that has it. */
type Tools = Readonly<Record<string, string>>;

async function missingPackages(tools: Tools): Promise<readonly string[]> {
  const missing = new Set<string>();
  for (const [tool, debianPackage] of Object.entries(tools)) if (!(await isInstalled(tool))) missing.add(debianPackage);
  return [...missing];
}

const hasApt = (): Promise<boolean> => isInstalled("apt-get");

async function install(packages: readonly string[]): Promise<void> {
  const run = commandRunner();
  const argv = [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    "install",
    "--yes",
    "--quiet",
    "--no-install-recommends",
    ...packages,
  ];
  try {
    await run(argv);
  } catch {
    // a fresh machine has no package lists yet; what is missing after this is named
    await run(["apt-get", "update", "--quiet"])
      .then(() => run(argv))
      .catch(() => {});
  }
}
