import { type Expansion, type Modification, noSuch } from "../backend.ts";
import type { Changes } from "./change.ts";
import type { EbsContext } from "./context.ts";
import { GiB, sizeOf, volumeOf } from "./entries.ts";
import { findVolume } from "./find-volume.ts";
import { planChange } from "./plan-change.ts";
import { unlessAborted } from "./unless-aborted.ts";

export const ebsExpansion = (context: EbsContext, changes: Changes): Expansion => ({
  joinsModification: true,
  async grow(id, sizeBytes, signal) {
    const volume = await findVolume(context, id, signal);
    if (volume === undefined) throw noSuch("volume", id);
    if (sizeOf(volume) >= sizeBytes) return volumeOf(volume);
    const change = { sizeGiB: Math.ceil(sizeBytes / GiB), parameters: {} };
    planChange(volume, change);
    return volumeOf(await unlessAborted(changes.do(id, change), signal));
  },
  // raw blocks are larger as soon as the device is; a filesystem has to be told
  nodeMustAct: (volume, access) =>
    (access ?? (volume.creation.kinds.includes("mount") ? "mount" : "block")) === "mount",
});

export const ebsModification = (context: EbsContext, changes: Changes): Modification => ({
  async modify(id, parameters, signal) {
    const volume = await findVolume(context, id, signal);
    if (volume === undefined) throw noSuch("volume", id);
    if (Object.keys(parameters).length === 0) return;
    const change = { sizeGiB: undefined, parameters };
    planChange(volume, change);
    await unlessAborted(changes.do(id, change), signal);
  },
});
