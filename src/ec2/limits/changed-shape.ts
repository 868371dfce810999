import { shapeOf, type VolumeShape } from "./volume-shape.ts";
import { isVolumeType, limitsOf, type VolumeType } from "./volume-types.ts";

export interface AskedChange {
  readonly sizeGiB: number | undefined;
  readonly type: string | undefined;
  readonly iops: number | undefined;
  readonly throughputMiB: number | undefined;
  readonly multiAttach: boolean | undefined;
}

/** What a volume becomes: what is not named stays, as far as the new type knows it. */
export function changedShape(now: VolumeShape, change: AskedChange): VolumeShape {
  const type = change.type ?? now.type;
  const sizeGiB = change.sizeGiB ?? now.sizeGiB;
  const carried = isVolumeType(type) ? carriedTo(type, now) : {};
  return shapeOf({
    type,
    sizeGiB,
    iops: change.iops ?? carried.iops,
    throughputMiB: change.throughputMiB ?? carried.throughputMiB,
    multiAttach: change.multiAttach ?? now.multiAttach,
  });
}

type Carried = { readonly iops?: number | undefined; readonly throughputMiB?: number | undefined };

function carriedTo(type: VolumeType, now: VolumeShape): Carried {
  const { iops, throughput } = limitsOf(type);
  if (iops === undefined) return {};
  const isProvisioned = limitsOf(now.type).iops !== undefined;
  if (iops.default === undefined) return { iops: isProvisioned ? now.iops : undefined };
  // "equivalent performance to the source volume, or the baseline gp3 performance, whichever is higher"
  return {
    iops: Math.min(iops.most, Math.max(iops.default, now.iops ?? 0)),
    throughputMiB: now.throughputMiB ?? Math.max(throughput?.least ?? 0, now.type === "gp2" ? gp2Throughput(now) : 0),
  };
}

/** gp2: "128 MiB/s to 250 MiB/s"; all of it from 334 GiB on. */
const gp2Throughput = ({ sizeGiB }: VolumeShape): number => (sizeGiB >= 334 ? 250 : 128);
