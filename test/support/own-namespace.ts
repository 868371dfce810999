import { spawnSync } from "node:child_process";

/** Runs a program of ours in a mount namespace of its own: whatever it leaves mounted goes with it. Returns its exit code. */
export function inOwnNamespace(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const argv = ["--mount", "--propagation", "private", process.execPath, program, ...words];
  return spawnSync("unshare", argv, { stdio: "inherit", env: { ...process.env, ...env } }).status ?? 1;
}
