import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type Mount, parseMounts } from "../../src/host/mounts.ts";
import { must } from "./command.ts";

/** Mounts a device in a mount namespace of its own, as a container does, until it is disposed of. */
export const mountElsewhere = (device: string, path: string): Promise<AsyncDisposable> =>
  inNamespace("private", 'mount -- "$1" "$2"', [device, path]);

export interface OtherNamespace extends AsyncDisposable {
  mounts(): Promise<readonly Mount[]>;
}

/**
 * Another mount namespace, which shares with this one what is mounted below the given folder: as the node's does with a
 * container that has it with mountPropagation: Bidirectional.
 */
export async function sharedNamespace(folder: string): Promise<OtherNamespace> {
  await must("mount", "--bind", folder, folder);
  await must("mount", "--make-shared", folder);
  const { pid, ...rest } = await inNamespace("unchanged", "true");
  return { ...rest, mounts: async () => parseMounts(await readFile(`/proc/${pid}/mountinfo`, "utf8")) };
}

type Propagation = "private" | "unchanged";

/** A namespace in which that was done, until it is disposed of. */
async function inNamespace(propagation: Propagation, script: string, words: readonly string[] = []) {
  const argv = ["--mount", "--propagation", propagation, "sh", "-c", `${script} && echo done && cat`, "sh", ...words];
  const child = spawn("unshare", argv, { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const [said] = (await Promise.race([once(child.stdout, "data"), gone])) as [Buffer | number];
  if (String(said).trim() !== "done")
    throw new Error(`"${script}" cannot be done elsewhere with ${words.join(" and ")}`);
  return {
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
