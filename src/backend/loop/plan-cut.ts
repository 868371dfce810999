import { join } from "node:path";
import type { VolumeFacts } from "../../node/host.ts";
import type { Plan, Step } from "../../node/step.ts";

/** A volume to be copied at one instant, and where to. */
export interface Cut {
  readonly volume: string;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly facts: VolumeFacts;
}

/**
 * Copies of one or several volumes as they are at one instant.
 *
 * The clone is what makes the cut: it is atomic against writers. Before it, what was written to the device but not
 * flushed is flushed, or it would be missing; and mounted filesystems are frozen, so that the copy is clean. All are
 * frozen before the first is cloned, and all are thawed whatever happens. Several are of one instant only if none was
 * thawed before the last was cloned, so each has to be frozen by us, and still frozen then. A mark on disk says that we
 * froze, for the start after a crash.
 *
 * Where blocks cannot be shared, and only a copy byte by byte can be made, the freeze is what makes the cut: it lasts
 * as long as the copy.
 */
export function planCut(
  cuts: readonly Cut[],
  frozenFolder: string,
  copy: "clone-image" | "copy-image" = "clone-image",
): Plan {
  const inUse = cuts.filter(({ facts }) => facts.device !== undefined);
  const mounted = inUse.flatMap((cut) => {
    const path = whereToFreeze(cut.facts);
    return path === undefined ? [] : [{ path, mark: join(frozenFolder, cut.volume) }];
  });
  const bounded = copy === "clone-image";
  const together = mounted.length > 1;
  const steps: Step[] = [
    ...inUse.map(({ from }): Step => ({ do: "flush", device: { image: from, readOnly: false } })),
    ...mounted.map(({ mark }): Step => ({ do: "make-file", path: mark })),
    ...mounted.map(({ path, mark }): Step => ({ do: "freeze", path, mark, bounded, ours: together || !bounded })),
    ...cuts.map(({ from, to, sizeBytes }): Step => ({ do: copy, from, to, sizeBytes })),
    ...(together ? mounted.map(({ path }): Step => ({ do: "require-frozen", path })) : []),
  ];
  const after: Step[] = [
    ...mounted.map(({ path }): Step => ({ do: "thaw", path, anyones: false })),
    ...mounted.map(({ mark }): Step => ({ do: "remove-file", path: mark })),
  ];
  return { steps, finally: after };
}

/** Where its filesystem can be frozen; undefined: it has none that is mounted and written to. */
export const whereToFreeze = ({ shownAt }: VolumeFacts): string | undefined =>
  shownAt.find(({ as, readOnly, alive }) => as === "filesystem" && !readOnly && alive)?.path;
