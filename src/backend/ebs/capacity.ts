import type { CapacityReport } from "../backend.ts";
import type { EbsContext } from "./context.ts";
import { GiB } from "./entries.ts";
import { askedSpeedOf } from "./parameters.ts";
import { rulesOf } from "./volume-types.ts";

/** EC2 tells nobody how much a zone has left, so what is told is that the largest volume of the type can be had. */
export const ebsCapacity = (context: EbsContext): CapacityReport => ({
  async capacity({ place, parameters }, signal) {
    const { least, most } = rulesOf(askedSpeedOf(parameters).type).sizeGiB;
    const isOurs = place === undefined || (await context.zones.has(place, signal));
    const maximumVolumeBytes = isOurs ? most * GiB : 0;
    return { availableBytes: maximumVolumeBytes, minimumVolumeBytes: least * GiB, maximumVolumeBytes };
  },
});
