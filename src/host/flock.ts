import { type FileHandle, open, stat } from "node:fs/promises";
import { ifThere } from "./errno.ts";
import type { Run } from "./run.ts";

/** flock(1) is told to exit with this when the lock is taken, so that it differs from the command's own codes. */
const taken = 75;

/** A lock that this process holds as long as it lives: the kernel drops it with the last descriptor, whatever kills us. */
export interface HeldLock {
  release(): Promise<void>;
}

/** Takes the lock on a file, or says that somebody has it. The descriptor is ours; flock(1) only works on it. */
export async function takeLock(path: string, run: Run): Promise<HeldLock | undefined> {
  const file = await open(path, "a+", 0o600);
  const { exitCode } = await run(["flock", "--nonblock", "--conflict-exit-code", String(taken), "0"], {
    stdin: file.fd,
    accept: [taken],
  });
  if (exitCode === 0 && (await isStillAt(path, file))) return { release: () => file.close() };
  await file.close();
  return undefined;
}

/** A lock on what was removed meanwhile, or what something was mounted over, keeps out nobody who comes later. */
async function isStillAt(path: string, file: FileHandle): Promise<boolean> {
  const [ours, there] = [await file.stat(), await ifThere(stat(path))];
  return there?.dev === ours.dev && there.ino === ours.ino;
}

/**
 * The command, run so that it holds a lock while it works: tools outlive a killed driver, and the next one must not
 * work beside them.
 */
export const underLock = (lockFile: string, argv: readonly string[]): readonly string[] => [
  ...["flock", "--nonblock", "--conflict-exit-code", String(taken), "--no-fork", lockFile],
  ...argv,
];

export const isTaken = (exitCode: number | undefined): boolean => exitCode === taken;
