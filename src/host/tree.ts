import { chmod, chown, lstat } from "node:fs/promises";
import { HostError } from "../node/host-error.ts";
import type { Owner } from "../node/volume.ts";
import { ifThere } from "./errno.ts";
import { removeTree, syncPath } from "./files.ts";
import { folderOfBoth, withoutSymlinks } from "./no-symlinks.ts";
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

/** Dies with the driver, so that nobody writes below a folder that the next start clears away. */
const mortal = ["setpriv", "--pdeathsig", "KILL"];
/** With --archive alone, attributes that cannot be kept are lost in silence. */
const keep = "--preserve=mode,ownership,timestamps,links,xattr";
const copy = ["cp", "--archive", "--reflink=auto", "--sparse=always", keep, "--no-target-directory", "--"];

async function tryCopy(from: string, to: string, run: Run): Promise<HostError | undefined> {
  try {
    await run([...mortal, ...withoutSymlinks(folderOfBoth(from, to), [...copy, from, to])]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const lines = error.stderr.trim().split("\n");
    if (/no space|quota/i.test(error.stderr))
      throw new HostError("no-space", "the pool has no space left", { cause: error });
    if (!lines.every((line) => isVanished(line, from) || isReplaced(line))) throw error;
    await requireDirectory(from);
    if (lines.every((line) => isVanished(line, from))) return undefined;
    return new HostError("busy", `files below ${from} are replaced faster than they are copied; try again`, {
      cause: error,
    });
  }
}

/** Deleted after its directory was listed, or while it was copied: as if the copy had begun later. */
const isVanished = (line: string, from: string): boolean =>
  /: No such file or directory$/.test(line) &&
  ["'", '"'].some((quote) => saidOfSource.test(line.split(`${quote}${from}/`)[0] ?? ""));

/** What cp, libacl and libattr say before the name of what they read, which comes second where it is not what failed. */
const saidOfSource = /^cp: ([a-z ]+ |getting attribute .+ of )?$/;

/** Something else meanwhile: cp leaves such a file out, and there is one; or the kernel did not let it be led away. */
const isReplaced = (line: string): boolean =>
  /^cp: .*(replaced while being copied|: Too many levels of symbolic links|: Not a directory)$/.test(line) ||
  /^cp: cannot open .* for reading: Permission denied$/.test(line);

/** A path below it that is missing says nothing of the copy when all of it is. */
async function requireDirectory(path: string): Promise<void> {
  const found = await ifThere(lstat(path));
  if (found?.isDirectory()) return;
  throw new HostError("missing", `${path} went away while it was copied`);
}

/**
 * Takes away what a pod may still be at work in. rm(1) goes from a directory to the next by descriptors, so that nothing
 * is removed elsewhere when a symlink takes a directory's place; Node's goes by paths. What is mounted inside is left.
 */
export async function removeForeignTree(path: string, run: Run): Promise<void> {
  await run([...mortal, "rm", "--recursive", "--force", "--one-file-system", "--", path]);
}

export async function setOwner(path: string, { uid, gid, mode }: Owner): Promise<void> {
  const before = await lstat(path);
  await chown(path, uid ?? before.uid, gid ?? before.gid);
  // after chown, which takes set-id bits away
  if (mode !== undefined) await chmod(path, mode);
  await syncPath(path);
}
