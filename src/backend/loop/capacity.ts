import { isThick } from "../../pool/claims.ts";
import { type CapacityReport, isReachableFrom } from "../backend.ts";
import type { LoopContext } from "./context.ts";
import { loopSizes, minimumBytesOf, sectorBytes } from "./sizes.ts";

export const loopCapacity = ({ pool, topology }: LoopContext, poolIsExt: boolean): CapacityReport => ({
  async capacity({ place, parameters, fsType }) {
    const isOurs = place === undefined || isReachableFrom(topology, place);
    const availableBytes = isOurs ? floorTo(pool.capacity.roomFor(isThick(parameters)), sectorBytes) : 0;
    const { maximumBytes } = loopSizes(poolIsExt);
    return {
      availableBytes,
      minimumVolumeBytes: fsType === undefined ? sectorBytes : minimumBytesOf[fsType],
      maximumVolumeBytes: Math.min(availableBytes, maximumBytes),
    };
  },
});

const floorTo = (bytes: number, step: number): number => Math.floor(bytes / step) * step;
