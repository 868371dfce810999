import * as fs from "node:fs";
import { closeSync, constants, openSync } from "node:fs";
import { copyFile, type FileHandle, lstat, mkdir, open, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { HostError } from "../node/host-error.ts";
import { ifThere, isErrno } from "./errno.ts";

/** By number: a FileHandle waits for a thread once more, to close. */
const openFile = promisify(fs.open);
const fsync = promisify(fs.fsync);
const write = promisify(fs.write);

/** Opens, works, closes. */
export async function withFile<T>(
  path: string,
  flags: string | number,
  work: (file: FileHandle) => Promise<T>,
  mode = 0o600,
): Promise<T> {
  const file = await open(path, flags, mode);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/**
 * Opens a file, works, and returns when what was done is on disk. Each look at a file has to wait for a thread of its
 * own; closing what is on disk already waits for nothing, so it does without.
 */
export async function durably(path: string, flags: string, work: (fd: number) => unknown): Promise<void> {
  const fd = await openFile(path, flags, 0o600);
  try {
    await work(fd);
    await fsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Puts the entries of a directory on disk that was just changed: the kernel has it at hand, opening it asks no disk. */
async function syncDirectory(path: string): Promise<void> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await fsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Puts a file's bytes, or a directory's entries, on disk. */
export const syncPath = (path: string): Promise<void> => withFile(path, constants.O_RDONLY, (file) => file.sync());

/** A record is written twice, so that one damaged file loses nothing. */
export const copiesOf = (path: string): readonly [string, string] => [path, `${path}.copy`];

/**
 * Replaces both copies, the first one first: each is whole at every moment, and what a reader finds in the first is
 * never older than what he finds in the second. In a folder that nobody reads yet there is nothing to replace.
 */
export async function writeRecord(path: string, record: object, { unread = false } = {}): Promise<void> {
  const text = `${JSON.stringify(record)}\n`;
  const copies = copiesOf(path);
  const names = unread ? copies : copies.map((copy) => `${copy}.new`);
  await noSpaceIsAnError(() => Promise.all(names.map((name) => writeDurably(name, text))));
  if (!unread) for (const copy of copies) await rename(`${copy}.new`, copy);
  await syncDirectory(dirname(path));
}

const writeDurably = (path: string, text: string): Promise<void> =>
  durably(path, "w", async (fd) => {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) done += (await write(fd, bytes, done, bytes.length - done)).bytesWritten;
  });

/** An empty file, durably. */
export async function makeFile(path: string): Promise<void> {
  try {
    await noSpaceIsAnError(() => durably(path, "w", () => {}));
  } catch (error) {
    throw isErrno(error, "ENOENT") ? parentMissing(path, error) : error;
  }
  await syncDirectory(dirname(path));
}

export async function removeFile(path: string): Promise<void> {
  await ifThere(unlink(path));
  await syncDirectory(dirname(path));
}

export async function makeDirectory(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isErrno(error, "EEXIST") && (await stat(path)).isDirectory()) return;
    if (isErrno(error, "ENOENT")) throw parentMissing(path, error);
    if (isErrno(error, "ENOSPC")) throw new HostError("no-space", `no space left to make ${path}`, { cause: error });
    throw error;
  }
}

const parentMissing = (path: string, cause: unknown): HostError =>
  new HostError("missing", `the parent directory of ${path} does not exist`, { cause });

/** Moves by one rename, on disk before it returns. What is already there under the new name was moved before. */
export async function moveDurably(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isErrno(error, "ENOENT") || (await ifThere(stat(to))) === undefined) throw error;
  }
  await Promise.all([...new Set([dirname(from), dirname(to)])].map(syncDirectory));
}

export const removeTree = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

/** What cannot be looked at (a mount that has died, a name that is too long) is no link. */
export async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}

/** A mount point of the CO's: only an empty directory or an empty file goes, never what holds something. */
export async function removeTarget(path: string): Promise<void> {
  const found = await ifThere(stat(path));
  if (found === undefined) return;
  if (!found.isDirectory()) {
    if (found.isFile() && found.size > 0)
      throw new HostError("not-empty", `${path} holds ${found.size} bytes and is not removed`);
    await ifThere(unlink(path));
    return;
  }
  try {
    await ifThere(rmdir(path));
  } catch (error) {
    if (!isErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
    throw new HostError("not-empty", `${path} is not mounted and holds files; it is not removed`, { cause: error });
  }
}

/** A file that shares all blocks of another until one of them is written to. Fails where the filesystem cannot. */
export async function cloneFile(from: string, to: string): Promise<void> {
  await noSpaceIsAnError(() => copyFile(from, to, constants.COPYFILE_FICLONE_FORCE));
}

export async function noSpaceIsAnError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isErrno(error, "ENOSPC", "EDQUOT"))
      throw new HostError("no-space", "the pool has no space left", { cause: error });
    throw error;
  }
}
