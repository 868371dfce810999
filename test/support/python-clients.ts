import { access } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { command, must } from "./command.ts";
import { needPackages } from "./packages.ts";

/** Exact, so that a failure is ours and not of a release of theirs. */
const pinned = ["boto3==1.44.8", "awscli==1.46.3"];

/** boto3 and the AWS CLI in an environment of their own, made once. */
export async function preparePythonClients(): Promise<string> {
  const folder = await cacheFolder("python", pinned.join("-").replaceAll("==", "-"));
  const isWhole = await access(join(folder, "whole")).then(
    () => true,
    () => false,
  );
  if (isWhole) return folder;
  await makeEnvironment(folder);
  await must(join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", ...pinned);
  await must("touch", join(folder, "whole"));
  return folder;
}

async function makeEnvironment(folder: string): Promise<void> {
  const make = () => command(["python3", "-m", "venv", "--clear", folder]).catch(() => ({ exitCode: 127, stderr: "" }));
  if ((await make()).exitCode === 0) return;
  // Debian keeps the module apart from Python itself
  await needPackages({ "python3-venv": join(folder, "bin", "pip") });
  const { exitCode, stderr } = await make();
  if (exitCode !== 0) throw new Error(`no environment for Python can be made: ${stderr}`);
}
