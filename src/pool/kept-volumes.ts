import type { Pool } from "./pool.ts";
import type { VolumeRecord } from "./records.ts";

/** A volume as whoever brings it back needs to know it; without what its record says where that cannot be read. */
export type KeptVolume =
  | { readonly id: string; readonly unreadable: string }
  | {
      readonly id: string;
      readonly name: string;
      readonly createdAt: string;
      readonly sizeBytes: number;
      readonly isBlock: boolean;
      readonly fsType: string | undefined;
      readonly claim: VolumeRecord["claim"];
    };

export const keptVolumes = ({ volumes }: Pick<Pool, "volumes">): readonly KeptVolume[] =>
  [...volumes.from(undefined)].map((entry) => {
    if (entry.state === "unreadable") return { id: entry.id, unreadable: entry.reason };
    const { id, createdAt, creation, sizeBytes, claim } = entry.record;
    const isBlock = !creation.kinds.includes("mount");
    const fsType = isBlock ? undefined : creation.fsType;
    return { id, name: creation.name, createdAt, sizeBytes, isBlock, fsType, claim };
  });
