import { spawn } from "node:child_process";
import { once } from "node:events";

/** Mounts a device in a mount namespace of its own, as a container does, until it is disposed of. */
export async function mountElsewhere(device: string, path: string): Promise<AsyncDisposable> {
  const script = 'mount -- "$1" "$2" && echo mounted && cat';
  const argv = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", device, path];
  const child = spawn("unshare", argv, { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const [said] = (await Promise.race([once(child.stdout, "data"), gone])) as [Buffer | number];
  if (String(said).trim() !== "mounted") throw new Error(`${device} cannot be mounted elsewhere`);
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await gone;
    },
  };
}
