import { defineAction } from "../action.ts";
import { volumeBody } from "../bodies/volume.ts";
import { matcher, only } from "../read/filters.ts";
import { type Lookup, readLookup } from "../read/lookup.ts";
import { pageOf } from "../read/page.ts";
import { volumeAttributes } from "../volumes/attributes.ts";
import { pickVolumes } from "../volumes/pick.ts";
import { parseVolumeId } from "../world/ids.ts";

/** DescribeVolumes: by id, by filter, in pages of at most 1,000. */
export const describeVolumes = defineAction<Lookup>({
  name: "DescribeVolumes",
  mutates: false,
  errors: [
    "FilterLimitExceeded",
    "InvalidPaginationToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidVolume.NotFound",
    "MissingParameter",
  ],

  parse(parameters) {
    const ids = parameters.list("VolumeId").map(parseVolumeId);
    parameters.boolean("IncludeManagedResources"); // nobody else manages volumes here
    return readLookup(parameters, ids, 1000);
  },

  run({ ids, filters, page }, { world }, { region, moment }) {
    const isWanted = matcher(filters, volumeAttributes(moment), ({ tags }) => tags);
    const volumes = only(pickVolumes(world, ids, region, moment), isWanted);
    const { items, nextToken } = pageOf(volumes, page, ({ id }) => id);
    return { volumeSet: items.map((volume) => volumeBody(volume, moment)), nextToken };
  },
});
