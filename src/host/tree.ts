import { chmod, chown, lstat } from "node:fs/promises";
import { HostError } from "../node/host-error.ts";
import type { Owner } from "../node/volume.ts";
import { removeTree, syncPath } from "./files.ts";
import { CommandError, type Run } from "./run.ts";

/** Files may come and go while they are copied; a copy that lost one to that is made again. */
const tries = 3;

/**
 * A directory with everything in it: owners, modes, times, extended attributes, ACLs, hard links, holes. Blocks are
 * shared file by file where the filesystem can. Files may change meanwhile, so this is no picture of one instant.
 */
export async function copyTree(from: string, to: string, run: Run): Promise<void> {
  for (let left = tries; ; left -= 1) {
    const problem = await tryCopy(from, to, run);
    if (problem === undefined) break;
    await removeTree(to);
    if (left === 1) throw problem;
  }
  // one call for all of its files: each of them is on disk when the copy gets its name
  await run(["sync", "--file-system", to]);
}

/** The copy dies with the driver, so that nobody writes below a folder that the next start clears away. */
const copy = ["setpriv", "--pdeathsig", "KILL", "cp", "--archive", "--reflink=auto", "--sparse=always"];
/** With --archive alone, attributes that cannot be kept are lost in silence. */
const keep = "--preserve=mode,ownership,timestamps,links,xattr";

async function tryCopy(from: string, to: string, run: Run): Promise<HostError | undefined> {
  try {
    await run([...copy, keep, "--no-target-directory", "--", from, to]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const lines = error.stderr.trim().split("\n");
    if (lines.every(isVanished)) return undefined;
    if (/no space|quota/i.test(error.stderr))
      throw new HostError("no-space", "the pool has no space left", { cause: error });
    if (lines.every((line) => isVanished(line) || isReplaced(line)))
      return new HostError("busy", `files below ${from} are replaced faster than they are copied; try again`, {
        cause: error,
      });
    throw error;
  }
}

/** Deleted between the listing of its directory and its turn: as if the copy had begun later. */
const isVanished = (line: string): boolean =>
  /^cp: cannot (stat|open|access|read).*: No such file or directory$/.test(line);

/** Renamed over meanwhile: cp leaves such a file out, and there is one. */
const isReplaced = (line: string): boolean => /replaced while being copied/.test(line);

export async function setOwner(path: string, { uid, gid, mode }: Owner): Promise<void> {
  const before = await lstat(path);
  await chown(path, uid ?? before.uid, gid ?? before.gid);
  // after chown, which takes set-id bits away
  if (mode !== undefined) await chmod(path, mode);
  await syncPath(path);
}
