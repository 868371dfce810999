import type { PathFacts, VolumeFacts } from "./host.ts";
import { type Plan, type Refusal, refuse, type Step } from "./step.ts";
import type { Source } from "./volume.ts";

export interface UnpublishWish {
  readonly volumeId: string;
  /** Undefined where the volume is gone: then only the path is cleaned. */
  readonly source: Source | undefined;
  readonly targetPath: string;
}

export interface UnpublishFacts {
  readonly volume: VolumeFacts;
  readonly target: PathFacts;
}

/**
 * Gone from the target path, the path with it. What is mounted there must be ours, or of a disk that is gone: nothing
 * else is ever unmounted.
 */
export function planUnpublish({ volumeId, source, targetPath }: UnpublishWish, now: UnpublishFacts): Plan | Refusal {
  const { kind, mount } = now.target;
  if (mount !== undefined && !mount.isVolume && !mount.isLost) {
    return refuse(
      "FAILED_PRECONDITION",
      `target_path ${targetPath} holds ${mount.description}, not volume ${volumeId}`,
    );
  }
  const steps: Step[] = Array.from({ length: mount?.depth ?? 0 }, () => ({ do: "unmount", path: targetPath }));
  if (kind !== "missing") steps.push({ do: "remove-target", path: targetPath });
  if (source !== undefined && source.kind !== "directory" && isLastReader(targetPath, now)) {
    steps.push({ do: "detach-read-only", source });
  }
  return { steps };
}

/** The second, read-only device of a writable volume goes with its last reader. */
function isLastReader(targetPath: string, { volume }: UnpublishFacts): boolean {
  if (volume.device === undefined || volume.readOnlyDevice === undefined) return false;
  return !volume.shownAt.some(({ path, as, readOnly }) => as === "device" && readOnly && path !== targetPath);
}
