import { defineAction } from "../action.ts";
import { type Attributes, matcher, only } from "../read/filters.ts";
import { type Lookup, readLookup } from "../read/lookup.ts";
import { pageOf } from "../read/page.ts";
import { pickVolumes } from "../volumes/pick.ts";
import type { Xml } from "../wire/xml.ts";
import { parseVolumeId } from "../world/ids.ts";
import type { VolumeRecord } from "../world/records.ts";
import { type Moment, percentOf, volumeState } from "../world/states.ts";
import { zoneIdOf } from "../world/zones.ts";

/** DescribeVolumeStatus: whether I/O works, and whether a restored volume has all of its blocks yet. */
export const describeVolumeStatus = defineAction<Lookup>({
  name: "DescribeVolumeStatus",
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
    const isWanted = matcher(filters, attributes(moment), undefined);
    const volumes = only(pickVolumes(world, ids, region, moment), isWanted);
    const { items, nextToken } = pageOf(volumes, page, ({ id }) => id);
    return { volumeStatusSet: items.map((volume) => statusBody(volume, moment)), nextToken };
  },
});

type Status = "ok" | "impaired" | "insufficient-data";

function statusOf(volume: VolumeRecord, moment: Moment): Status {
  if (moment.isImpaired(volume.id)) return "impaired";
  return volumeState(volume, moment) === "creating" ? "insufficient-data" : "ok";
}

function statusBody(volume: VolumeRecord, moment: Moment): Xml {
  const status = statusOf(volume, moment);
  const details = [
    { name: "io-enabled", status: status === "impaired" ? "failed" : "passed" },
    { name: "io-performance", status: "not-applicable" },
  ];
  const comesFrom = volume.snapshotId ?? volume.sourceVolumeId;
  const isInitialized = moment.now >= volume.initializedAt;
  return {
    volumeId: volume.id,
    availabilityZone: volume.zone,
    availabilityZoneId: zoneIdOf(volume.zone),
    volumeStatus: {
      status,
      details: comesFrom === undefined ? details : [...details, initializationDetail(isInitialized)],
    },
    actionsSet: [],
    eventsSet: [],
    initializationStatusDetails: comesFrom === undefined ? undefined : initialization(volume, moment.now),
  };
}

const initializationDetail = (isInitialized: boolean) => ({
  name: "initialization-state",
  status: isInitialized ? "completed" : "initializing",
});

const initialization = (volume: VolumeRecord, now: number) => ({
  initializationType: typeOf(volume),
  progress: percentOf(volume.availableAt, volume.initializedAt, now),
  estimatedTimeToCompleteInSeconds: Math.max(0, Math.ceil((volume.initializedAt - now) / 1000)),
});

const typeOf = ({ sourceVolumeId, initializationRate }: VolumeRecord): string =>
  sourceVolumeId !== undefined ? "volume-copy" : initializationRate === undefined ? "default" : "provisioned-rate";

const attributes = (moment: Moment): Attributes<VolumeRecord> => ({
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) => zoneIdOf(zone),
  "volume-status.status": (volume) => statusOf(volume, moment),
});
