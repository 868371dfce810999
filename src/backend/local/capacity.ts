import { isThick } from "../../pool/claims.ts";
import { type CapacityQuestion, type CapacityReport, isReachableFrom, type SizeRules } from "../backend.ts";
import type { LocalParts } from "./context.ts";

/** `smallest`: the least that a volume of the kind asked for can have. */
export const localCapacity = (
  { pool, topology }: LocalParts,
  sizes: SizeRules,
  smallest: (question: CapacityQuestion) => number,
): CapacityReport => ({
  async capacity(question) {
    const { place, parameters } = question;
    const isOurs = place === undefined || isReachableFrom(topology, place);
    const availableBytes = isOurs ? floorTo(pool.capacity.roomFor(isThick(parameters)), sizes.stepBytes) : 0;
    return {
      availableBytes,
      minimumVolumeBytes: smallest(question),
      maximumVolumeBytes: Math.min(availableBytes, sizes.maximumBytes),
    };
  },
});

const floorTo = (bytes: number, step: number): number => Math.floor(bytes / step) * step;
