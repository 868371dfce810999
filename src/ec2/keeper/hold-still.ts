import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Loops } from "../../host/loop.ts";
import { readMounts } from "../../host/mounts.ts";
import type { Plan, Step } from "../../node/step.ts";

export interface StillParts {
  /** One empty file for each volume that is frozen right now: whoever comes after a crash thaws it. */
  readonly folder: string;
  readonly loops: Loops;
  readonly fileOf: (volumeId: string) => string;
}

/**
 * So that nothing is written to these volumes while they are copied, and all copies are of one instant. Filesystems that
 * are mounted where this process cannot see them go on: then each volume is of an instant of its own.
 */
export async function planStill(volumeIds: readonly string[], { folder, loops, fileOf }: StillParts): Promise<Plan> {
  const found = await Promise.all(
    volumeIds.map(async (id) => ({ mark: join(folder, id), path: await mountedAt(fileOf(id), loops) })),
  );
  const held = found.flatMap(({ mark, path }) => (path === undefined ? [] : [{ mark, path }]));
  return {
    steps: [
      ...held.map(({ mark }): Step => ({ do: "make-file", path: mark })),
      ...held.map(({ path, mark }): Step => ({ do: "freeze", path, mark, bounded: true, ours: false })),
    ],
    finally: [
      ...held.map(({ path }): Step => ({ do: "thaw", path, anyones: false })),
      ...held.map(({ mark }): Step => ({ do: "remove-file", path: mark })),
    ],
  };
}

/** Lets go what a simulator that was killed held still. */
export async function planRelease({ folder, loops, fileOf }: StillParts): Promise<Plan> {
  const steps: Step[] = [];
  for (const id of await readdir(folder)) {
    const path = await mountedAt(fileOf(id), loops);
    if (path !== undefined) steps.push({ do: "thaw", path, anyones: true });
    steps.push({ do: "remove-file", path: join(folder, id) });
  }
  return { steps };
}

async function mountedAt(file: string, loops: Loops): Promise<string | undefined> {
  const devices = (await loops.showing(file)).map(({ device }) => device);
  return (await readMounts()).find((mount) => mount.root === "/" && devices.includes(mount.device))?.path;
}
