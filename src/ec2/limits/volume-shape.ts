import { type Ec2Error, invalidCombination, invalidValue, refused } from "../error.ts";
import { isVolumeType, limitsOf, type VolumeType } from "./volume-types.ts";

/** What a volume is, apart from its bytes. */
export interface VolumeShape {
  readonly type: VolumeType;
  readonly sizeGiB: number;
  /** Undefined where the type knows no such figure. */
  readonly iops: number | undefined;
  readonly throughputMiB: number | undefined;
  readonly multiAttach: boolean;
}

export interface AskedShape extends Omit<VolumeShape, "type"> {
  readonly type: string;
}

/** The shape with its defaults filled in; throws, in EC2's words, where a type cannot be so. */
export function shapeOf(asked: AskedShape): VolumeShape {
  const type = typeOf(asked.type);
  checkSize(type, asked.sizeGiB);
  const iops = iopsOf(type, asked);
  const throughputMiB = throughputOf(type, asked.throughputMiB, iops);
  if (asked.multiAttach && !limitsOf(type).multiAttach) throw unsupported("multiAttachEnabled", type);
  return { type, sizeGiB: asked.sizeGiB, iops, throughputMiB, multiAttach: asked.multiAttach };
}

function typeOf(name: string): VolumeType {
  if (isVolumeType(name)) return name;
  throw refused("UnknownVolumeType", `Unsupported volume type '${name}' for volume creation.`);
}

function checkSize(type: VolumeType, sizeGiB: number): void {
  const { leastGiB, mostGiB } = limitsOf(type);
  if (sizeGiB < leastGiB)
    throw invalidValue(`Volume of ${sizeGiB}GiB is too small for volume type ${type}; minimum is ${leastGiB}GiB.`);
  if (sizeGiB <= mostGiB) return;
  if (type === "io2") throw beyondIo2();
  throw invalidValue(`Volume of ${sizeGiB}GiB is too large for volume type ${type}; maximum is ${mostGiB}GiB.`);
}

function iopsOf(type: VolumeType, { iops: asked, sizeGiB }: AskedShape): number | undefined {
  const limits = limitsOf(type).iops;
  if (limits === undefined) {
    if (asked !== undefined) throw unsupported("iops", type);
    return type === "gp2" ? gp2BaselineOf(sizeGiB) : undefined;
  }
  const iops = asked ?? limits.default;
  if (iops === undefined) throw invalidCombination(`The parameter iops must be specified for ${type} volumes.`);
  if (iops < limits.least) throw invalidValue(`Volume iops of ${iops} is too low; minimum is ${limits.least}.`);
  const isTooDense = iops > sizeGiB * limits.perGiB && iops !== limits.default;
  if (type === "io2" && (iops > limits.most || isTooDense)) throw beyondIo2();
  // the maximum comes before the ratio: drivers ask for absurd figures to be told it
  if (iops > limits.most) throw invalidValue(`Volume iops of ${iops} is too high; maximum is ${limits.most}.`);
  if (isTooDense) {
    const ratio = (iops / sizeGiB).toFixed(6);
    throw invalidValue(`Iops to volume size ratio of ${ratio} is too high; maximum is ${limits.perGiB}`);
  }
  return iops;
}

function throughputOf(type: VolumeType, asked: number | undefined, iops: number | undefined): number | undefined {
  const limits = limitsOf(type).throughput;
  if (limits === undefined) {
    if (asked !== undefined) throw unsupported("throughput", type);
    return undefined;
  }
  const throughput = asked ?? limits.least;
  const of = `Throughput (MiBps) of ${throughput}`;
  if (throughput < limits.least) throw invalidValue(`${of} is too low; minimum is ${limits.least} MiBps.`);
  if (throughput > limits.most) throw invalidValue(`${of} is too high; maximum is ${limits.most} MiBps.`);
  const ratio = throughput / (iops ?? 1);
  if (ratio > limits.perIops) {
    const shown = `Throughput (MiBps) to iops ratio of ${ratio.toFixed(6)} is too high`;
    throw invalidValue(`${shown}; maximum is ${limits.perIops.toFixed(6)} MiBps per iops`);
  }
  return throughput;
}

/** "Baseline performance scales linearly at 3 IOPS per GiB", from 100 to 16,000. */
export const gp2BaselineOf = (sizeGiB: number): number => Math.min(16_000, Math.max(100, 3 * sizeGiB));

const unsupported = (parameter: string, type: VolumeType): Ec2Error =>
  invalidCombination(`The parameter ${parameter} is not supported for ${type} volumes.`);

const beyondIo2 = (): Ec2Error =>
  invalidCombination(
    "io2 volumes configured with greater than 64 TiB or 256K IOPS or 1000:1 IOPS:GB ratio are not supported",
  );
