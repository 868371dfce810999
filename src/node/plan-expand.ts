import type { Contents, VolumeFacts } from "./host.ts";
import { deviceOf } from "./plan-stage.ts";
import { type Plan, type Refusal, refuse, type Step } from "./step.ts";
import type { NodeVolume } from "./volume.ts";

export interface ExpandWish {
  readonly volume: NodeVolume;
  readonly volumePath: string;
}

export interface ExpandFacts {
  readonly volume: VolumeFacts;
  readonly contents: Contents;
}

/** The device as large as the volume, the filesystem as large as the device. */
export function planExpand({ volume, volumePath }: ExpandWish, now: ExpandFacts): Plan | Refusal {
  const shown = now.volume.shownAt.find(({ path }) => path === volumePath);
  if (shown === undefined) return refuse("NOT_FOUND", `volume ${volume.id} is not at volume_path ${volumePath}`);
  const steps: Step[] = [];
  const { source } = volume;
  const { backing, device, readOnlyDevice } = now.volume;
  if (source.kind === "image" && backing !== undefined && backing.sizeBytes < volume.sizeBytes) {
    steps.push({ do: "resize-image", path: source.file, sizeBytes: volume.sizeBytes });
  }
  // a disk grows by itself, the device of its readers does not
  const devices = source.kind === "image" ? [device, readOnlyDevice] : [readOnlyDevice];
  const isSmall = devices.some((attached) => attached !== undefined && attached.sizeBytes < volume.sizeBytes);
  if (source.kind !== "directory" && isSmall) steps.push({ do: "refresh-size", source });
  if (shown.as !== "filesystem" || now.contents.kind !== "filesystem") return { steps };
  // a read-only bind mount cannot take the order to grow; the filesystem is the same wherever it is shown
  const path = now.volume.shownAt.find(({ as, readOnly }) => as === "filesystem" && !readOnly)?.path;
  if (path === undefined) return { steps };
  steps.push({ do: "grow-mounted", device: deviceOf(volume.source), path, fsType: now.contents.fsType });
  return { steps };
}
