import type { Limits } from "../../node/volume.ts";
import type { VolumeShape } from "./volume-shape.ts";

const mebibyte = 2 ** 20;

/** A bucket that fills at the baseline's rate, and lets a volume be quicker until it is empty. */
export interface Burst {
  readonly what: "iops" | "throughputBytes";
  readonly baseline: number;
  readonly most: number;
  /** In operations, or in bytes. */
  readonly capacity: number;
}

export interface Performance {
  readonly limits: Limits;
  readonly burst?: Burst;
}

/** What a volume does in a second (EBS user guide, "Amazon EBS volume types"), with its bucket full. */
export function performanceOf({ type, sizeGiB, iops, throughputMiB }: VolumeShape): Performance {
  switch (type) {
    case "gp3":
      return { limits: { iops, throughputBytes: (throughputMiB ?? 125) * mebibyte } };
    case "gp2":
      return gp2(sizeGiB, iops ?? 100);
    case "io1":
      return { limits: { iops, throughputBytes: io1Throughput(iops ?? 100) * mebibyte } };
    case "io2":
      return { limits: { iops, throughputBytes: Math.min(4000, 0.256 * (iops ?? 100)) * mebibyte } };
    case "st1":
      return hdd(sizeGiB, { perTiB: 40, burstPerTiB: 250, most: 500 });
    case "sc1":
      return hdd(sizeGiB, { perTiB: 12, burstPerTiB: 80, most: 250 });
    case "standard":
      return { limits: { iops: 100, throughputBytes: 90 * mebibyte } };
    default:
      return type satisfies never;
  }
}

/** "5.4 million I/O credits … sustains the maximum burst performance of 3,000 IOPS for at least 30 minutes." */
function gp2(sizeGiB: number, baseline: number): Performance {
  const throughputBytes = (sizeGiB > 170 ? 250 : 128) * mebibyte;
  if (baseline >= 3000) return { limits: { iops: baseline, throughputBytes } };
  return {
    limits: { iops: 3000, throughputBytes },
    burst: { what: "iops", baseline, most: 3000, capacity: 5_400_000 },
  };
}

/** "up to 1,000 MiB/s": 256 KiB for each of 2,000 operations, then 16 KiB for each of 64,000. */
const io1Throughput = (iops: number): number => Math.min(1000, Math.max(Math.min(500, iops / 4), iops / 64));

interface Hdd {
  readonly perTiB: number;
  readonly burstPerTiB: number;
  readonly most: number;
}

/** "Throughput credits … 1 TiB for each TiB provisioned." Operations of 1 MiB are counted, so IOPS are the same figure. */
function hdd(sizeGiB: number, { perTiB, burstPerTiB, most }: Hdd): Performance {
  const sizeTiB = sizeGiB / 1024;
  const baseline = Math.min(most, perTiB * sizeTiB) * mebibyte;
  const burst = Math.min(most, burstPerTiB * sizeTiB) * mebibyte;
  return {
    limits: { iops: undefined, throughputBytes: burst },
    burst: { what: "throughputBytes", baseline, most: burst, capacity: sizeGiB * 2 ** 30 },
  };
}
