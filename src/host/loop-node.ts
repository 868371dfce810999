import { access } from "node:fs/promises";
import { CommandError, type Run } from "./run.ts";

/** Block devices of loop have major number 7 (Documentation/admin-guide/devices.txt). */
const loopMajor = "7";

/**
 * The kernel makes loop devices on demand, but in a container (kind) nobody makes their nodes in /dev. Makes the node
 * of the next free one; true where that may have helped.
 */
export async function makeMissingLoopNode(run: Run): Promise<boolean> {
  const path = await nextFree(run);
  if (path === undefined || (await exists(path))) return false;
  await run(["mknod", "--mode=0660", path, "b", loopMajor, path.replace("/dev/loop", "")]);
  return true;
}

/** `losetup --find` names the next free device, and says so too where it has no node. */
async function nextFree(run: Run): Promise<string | undefined> {
  try {
    return (await run(["losetup", "--find"])).stdout.trim();
  } catch (error) {
    if (error instanceof CommandError) return /\/dev\/loop\d+/.exec(error.stderr)?.[0];
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
