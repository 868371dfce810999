import type { PathFacts, VolumeFacts } from "./host.ts";
import { deviceOf } from "./plan-stage.ts";
import { type Plan, type Refusal, refuse, type Step } from "./step.ts";
import { noLimits, type Source } from "./volume.ts";

export interface UnstageWish {
  readonly volumeId: string;
  /** Undefined where the volume is gone: then only the path is cleaned. */
  readonly source: Source | undefined;
  readonly stagingPath: string;
}

export interface UnstageFacts {
  readonly volume: VolumeFacts;
  readonly staging: PathFacts;
}

/** Unmounted and detached; refused while it is still published somewhere. */
export function planUnstage({ volumeId, source, stagingPath }: UnstageWish, now: UnstageFacts): Plan | Refusal {
  const published = now.volume.shownAt.filter(({ path }) => path !== stagingPath).map(({ path }) => path);
  if (published.length > 0) {
    return refuse("FAILED_PRECONDITION", `volume ${volumeId} is still published at ${published.join(", ")}`);
  }
  const { mount } = now.staging;
  if (mount !== undefined && !mount.isVolume && !mount.isLost) {
    return refuse(
      "FAILED_PRECONDITION",
      `staging_target_path ${stagingPath} holds ${mount.description}, not volume ${volumeId}`,
    );
  }
  const steps: Step[] = Array.from({ length: mount?.depth ?? 0 }, () => ({ do: "unmount", path: stagingPath }));
  if (source?.kind === "image") {
    if (now.volume.device !== undefined) steps.push({ do: "set-limits", device: deviceOf(source), limits: noLimits });
    if (now.volume.readOnlyDevice !== undefined) {
      steps.push({ do: "set-limits", device: deviceOf(source, true), limits: noLimits });
    }
    if (now.volume.device !== undefined || now.volume.readOnlyDevice !== undefined) {
      steps.push({ do: "detach", image: source });
    }
  }
  if (source?.kind === "device" && now.volume.readOnlyDevice !== undefined) {
    steps.push({ do: "detach-read-only", source });
  }
  return { steps };
}
