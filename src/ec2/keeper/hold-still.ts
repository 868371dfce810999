import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { makeFile, removeFile } from "../../host/files.ts";
import type { Freezer } from "../../host/freeze.ts";
import type { Loops } from "../../host/loop.ts";
import { readMounts } from "../../host/mounts.ts";

export interface StillParts {
  /** One empty file for each volume that is frozen right now: whoever comes after a crash thaws it. */
  readonly folder: string;
  readonly loops: Loops;
  readonly freezer: Freezer;
  readonly fileOf: (volumeId: string) => string;
}

/**
 * Does work while nothing is written to these volumes, so that what is copied is all of one instant. Filesystems that
 * are mounted where this process cannot see them go on: then each volume is of an instant of its own.
 */
export async function holdStill(
  volumeIds: readonly string[],
  parts: StillParts,
  work: () => Promise<void>,
): Promise<void> {
  const held: { readonly id: string; readonly path: string }[] = [];
  try {
    for (const id of volumeIds) {
      const path = await mountedAt(parts.fileOf(id), parts.loops);
      if (path === undefined) continue;
      await makeFile(join(parts.folder, id));
      held.push({ id, path });
      await parts.freezer.freeze(path);
    }
    await work();
  } finally {
    for (const { id, path } of held.reverse()) await release(id, path, false, parts);
  }
}

/** What a simulator that was killed held still. */
export async function releaseAll(parts: StillParts): Promise<void> {
  for (const id of await readdir(parts.folder)) {
    const path = await mountedAt(parts.fileOf(id), parts.loops);
    await release(id, path, true, parts);
  }
}

async function release(id: string, path: string | undefined, anyones: boolean, parts: StillParts): Promise<void> {
  if (path !== undefined) await parts.freezer.thaw(path, anyones);
  await removeFile(join(parts.folder, id));
}

async function mountedAt(file: string, loops: Loops): Promise<string | undefined> {
  const devices = (await loops.showing(file)).map(({ device }) => device);
  return (await readMounts()).find((mount) => mount.root === "/" && devices.includes(mount.device))?.path;
}
