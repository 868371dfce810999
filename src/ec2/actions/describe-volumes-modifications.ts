import { defineAction } from "../action.ts";
import { modificationBody } from "../bodies/modification.ts";
import { refused } from "../error.ts";
import { type Attributes, matcher } from "../read/filters.ts";
import { type Lookup, readLookup } from "../read/lookup.ts";
import { pageOf } from "../read/page.ts";
import { pickVolumes } from "../volumes/pick.ts";
import { parseVolumeId } from "../world/ids.ts";
import type { ModificationRecord } from "../world/records.ts";
import { modificationState } from "../world/states.ts";

interface Modified {
  readonly id: string;
  readonly last: ModificationRecord;
}

/** DescribeVolumesModifications: the most recent one of each volume that was ever modified. */
export const describeVolumesModifications = defineAction<Lookup>({
  name: "DescribeVolumesModifications",
  mutates: false,
  errors: [
    "FilterLimitExceeded",
    "InvalidPaginationToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidVolume.NotFound",
    "InvalidVolumeModification.NotFound",
    "MissingParameter",
  ],

  parse(parameters) {
    const ids = parameters.list("VolumeId").map(parseVolumeId);
    return readLookup(parameters, ids, 500);
  },

  run({ ids, filters, page }, { world }, { region, moment }) {
    const modified = [...pickVolumes(world, ids, region, moment)].flatMap(({ id, modifications }): Modified[] => {
      const last = modifications.findLast(({ startedAt }) => startedAt <= moment.now);
      if (last === undefined && ids.length > 0) throw neverModified(id);
      return last === undefined ? [] : [{ id, last }];
    });
    const isWanted = matcher(filters, attributes(moment.now), undefined);
    const { items, nextToken } = pageOf(modified.filter(isWanted), page, ({ id }) => id);
    return { volumeModificationSet: items.map(({ id, last }) => modificationBody(id, last, moment.now)), nextToken };
  },
});

const neverModified = (id: string) =>
  refused("InvalidVolumeModification.NotFound", `Modification for volume '${id}' does not exist.`);

const attributes = (now: number): Attributes<Modified> => ({
  "modification-state": ({ last }) => modificationState(last, now),
  "original-iops": ({ last }) => last.from.iops,
  "original-size": ({ last }) => last.from.sizeGiB,
  "original-volume-type": ({ last }) => last.from.type,
  originalMultiAttachEnabled: ({ last }) => last.from.multiAttach,
  "start-time": ({ last }) => new Date(last.startedAt).toISOString(),
  "target-iops": ({ last }) => last.to.iops,
  "target-size": ({ last }) => last.to.sizeGiB,
  "target-volume-type": ({ last }) => last.to.type,
  targetMultiAttachEnabled: ({ last }) => last.to.multiAttach,
  "volume-id": ({ id }) => id,
});
