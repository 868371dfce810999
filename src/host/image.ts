import { fstatSync, ftruncate } from "node:fs";
import { rm } from "node:fs/promises";
import { promisify } from "node:util";
import { HostError } from "../node/host-error.ts";
import type { Step } from "../node/step.ts";
import { cloneFile, durably, noSpaceIsAnError, withFile } from "./files.ts";
import { CommandError, type Run } from "./run.ts";

/** A file of that size: without blocks of its own, or with all of them. */
export async function makeImage(path: string, sizeBytes: number, allocate: boolean, run: Run): Promise<void> {
  await noSpaceIsAnError(() =>
    durably(path, "wx", async (fd) => {
      await truncate(fd, sizeBytes);
      if (allocate) await allocateBlocks(path, sizeBytes, [], run);
    }),
  );
}

/** A copy at an instant, grown to `sizeBytes` where that is more. */
export async function cloneImage(from: string, to: string, sizeBytes: number): Promise<void> {
  await cloneFile(from, to);
  await resizeImage(to, sizeBytes);
}

/**
 * A copy where blocks cannot be shared, grown to `sizeBytes` where that is more. It dies with the driver, so that nobody
 * writes what the next start clears away.
 *
 * Gently: each piece is on disk before the next one is read (chattr(1), attribute S). Otherwise the kernel gathers as
 * much as memory holds and writes it in one go, and whoever then wants a few bytes on the same disk waits for all of it.
 */
export async function copyImage({ from, to, sizeBytes, gently = false }: ImageCopy, run: Run): Promise<void> {
  if (gently) {
    await durably(to, "wx", () => {});
    await chattr("+S", to, run);
  }
  const copy = ["setpriv", "--pdeathsig", "KILL", "cp", "--sparse=always", "--no-target-directory", "--", from, to];
  try {
    await run(copy);
  } catch (error) {
    if (error instanceof CommandError && /no space|quota/i.test(error.stderr))
      throw new HostError("no-space", "the pool has no space left", { cause: error });
    throw error;
  }
  if (gently) await chattr("-S", to, run);
  await resizeImage(to, sizeBytes);
}

type ImageCopy = Omit<Extract<Step, { readonly do: "copy-image" }>, "do">;

/** A filesystem that has no attributes (tmpfs) copies as it always does. */
const chattr = (attribute: string, path: string, run: Run) => run(["chattr", attribute, path], { accept: [1] });

/** Blocks for a size that the file does not have yet: so that a growth that was promised in full cannot fail later. */
export const reserveImage = (path: string, sizeBytes: number, run: Run): Promise<void> =>
  allocateBlocks(path, sizeBytes, ["--keep-size"], run);

/** Growth only: nothing is ever cut off. */
export async function resizeImage(path: string, sizeBytes: number): Promise<void> {
  await noSpaceIsAnError(() =>
    durably(path, "r+", async (fd) => {
      // of an open file the kernel has it at hand
      if (fstatSync(fd).size < sizeBytes) await truncate(fd, sizeBytes);
    }),
  );
}

const truncate = promisify(ftruncate);

async function allocateBlocks(path: string, sizeBytes: number, flags: readonly string[], run: Run): Promise<void> {
  try {
    await run(["fallocate", ...flags, "--length", String(sizeBytes), "--", path]);
  } catch (error) {
    if (error instanceof CommandError && /no space|quota/i.test(error.stderr)) {
      throw new HostError("no-space", `the pool has no space for ${sizeBytes} bytes in full`, { cause: error });
    }
    throw error;
  }
}

/** How files are called that are made to see whether they can share blocks. */
export const cloneProbe = ".can-clone";

/**
 * Whether files in this directory can share blocks. Where there is no room to try it is taken to be so: a driver that
 * starts on a full pool must not refuse snapshots for the rest of its life, and each says for itself why it fails.
 */
export async function canClone(directory: string): Promise<boolean> {
  const [from, to] = [`${directory}/${cloneProbe}`, `${directory}/${cloneProbe}.copy`];
  try {
    await noSpaceIsAnError(() => withFile(from, "w", (file) => file.writeFile("kura")));
    await cloneFile(from, to);
    return true;
  } catch (error) {
    return error instanceof HostError && error.kind === "no-space";
  } finally {
    await Promise.all([from, to].map((path) => rm(path, { force: true })));
  }
}
