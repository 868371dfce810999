import { constants } from "node:fs";
import { type FileHandle, rm } from "node:fs/promises";
import { withFile } from "../../src/host/files.ts";
import { must } from "../support/command.ts";
import type { Cut } from "./cuts.ts";
import type { Epoch } from "./epochs.ts";
import type { Change } from "./recorder/notes.ts";

/** The disk as each cut leaves it, in a file that is there until the next. `base` is the disk as it was, and goes along. */
export async function* disksAfter(base: string, epochs: readonly Epoch[], cuts: readonly Cut[]) {
  const disk = `${base}-after-a-cut`;
  let flushed = 0;
  for (const cut of cuts) {
    for (; flushed < cut.epoch; flushed += 1) await applyTo(base, epochs[flushed]?.changes ?? []);
    await copyImage(base, disk);
    await applyTo(disk, cut.survivors);
    yield { cut, disk };
    await rm(disk);
  }
}

const applyTo = (image: string, changes: readonly Change[]): Promise<void> =>
  withFile(image, constants.O_RDWR, async (file) => {
    for (const change of changes) await apply(file, change);
  });

async function apply(file: FileHandle, change: Change): Promise<void> {
  const bytes = change.kind === "write" ? change.bytes : Buffer.alloc(change.length);
  await file.write(bytes, 0, bytes.length, change.offset);
}

export const copyImage = async (from: string, to: string): Promise<void> => {
  await must("cp", "--sparse=always", "--no-target-directory", from, to);
};
