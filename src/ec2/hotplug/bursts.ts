import { readFileSync } from "node:fs";
import type { Limits } from "../../node/volume.ts";
import type { Burst, Performance } from "../limits/performance.ts";

interface Bucket {
  readonly credits: number;
  /** What the device had done by then, as the kernel counts it. */
  readonly used: number;
  readonly at: number;
  readonly isBursting: boolean;
}

/** How much a device has done since it is there: operations, or bytes. */
export type Usage = (device: string, what: Burst["what"]) => number;

/**
 * The buckets of volumes that can be quicker for a while (gp2, st1, sc1). They fill at the baseline's rate and are
 * emptied by what is done; an empty one holds its volume to the baseline until it has something to give again.
 */
export class Bursts {
  readonly #buckets = new Map<string, Bucket>();
  readonly #usage: Usage;

  constructor(usage: Usage = kernelUsage) {
    this.#usage = usage;
  }

  /** What holds now. */
  limitsOf(device: string, { limits, burst }: Performance, now: number): Limits {
    if (burst === undefined) {
      this.#buckets.delete(device);
      return limits;
    }
    const used = this.#usage(device, burst.what);
    const bucket = next(this.#buckets.get(device), burst, used, now);
    this.#buckets.set(device, bucket);
    return bucket.isBursting ? limits : { ...limits, [burst.what]: burst.baseline };
  }

  /** Another volume may get the number. */
  forget(device: string): void {
    this.#buckets.delete(device);
  }
}

/** A volume begins with a full bucket. */
function next(before: Bucket | undefined, burst: Burst, used: number, now: number): Bucket {
  if (before === undefined) return { credits: burst.capacity, used, at: now, isBursting: true };
  const earned = ((now - before.at) / 1000) * burst.baseline;
  const spent = Math.max(0, used - before.used);
  const credits = Math.min(burst.capacity, Math.max(0, before.credits + earned - spent));
  // not at the first credit: it would be spent before anybody looks again
  const isBursting = before.isBursting ? credits > 0 : credits >= Math.min(burst.capacity, burst.most);
  return { credits, used, at: now, isBursting };
}

/** Documentation/block/stat.rst: reads, merged, sectors read, ms, writes, merged, sectors written … */
function kernelUsage(device: string, what: Burst["what"]): number {
  const fields = readFileSync(`/sys/dev/block/${device}/stat`, "utf8").trim().split(/\s+/).map(Number);
  const [reads = 0, , sectorsRead = 0, , writes = 0, , sectorsWritten = 0] = fields;
  return what === "iops" ? reads + writes : (sectorsRead + sectorsWritten) * 512;
}
