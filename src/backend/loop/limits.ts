import { type Limits, noLimits } from "../../node/volume.ts";
import type { Parameters } from "../backend.ts";

const MiB = 2 ** 20;

/** Parameters → what the kernel is to enforce. 0 means: no limit. */
export function limitsOf(parameters: Parameters): Limits {
  const iops = Number(parameters["iops"] ?? 0);
  const throughput = Number(parameters["throughput"] ?? 0);
  return {
    iops: iops === 0 ? noLimits.iops : iops,
    throughputBytes: throughput === 0 ? noLimits.throughputBytes : throughput * MiB,
  };
}
