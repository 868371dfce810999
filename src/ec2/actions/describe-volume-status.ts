import { type Call, defineAction } from "../action.ts";
import { type Attributes, type Filter, matcher, only } from "../read/filters.ts";
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

  run({ ids, filters, page }, { world }, call) {
    const { region, moment } = call;
    const statusOf = statusesIn(call);
    const isAbout = (filter: Filter) => filter.name === byStatus;
    const looks = attributes(statusOf);
    const isCandidate = matcher(
      filters.filter((filter) => !isAbout(filter)),
      looks,
      undefined,
    );
    const isWanted = matcher(filters.filter(isAbout), looks, undefined);
    const candidates = only(pickVolumes(world, ids, region, moment), isCandidate);
    const { items, nextToken } = pageOf(candidates, page, ({ id }) => id, isWanted);
    return { volumeStatusSet: items.map((volume) => statusBody(volume, statusOf(volume), moment)), nextToken };
  },
});

type Status = "ok" | "impaired" | "insufficient-data";
type StatusOf = (volume: VolumeRecord) => Status;

/** A volume is impaired or not for the whole of a call: rules that say so count how often they did. */
function statusesIn({ moment, fire }: Call): StatusOf {
  const known = new Map<string, Status>();
  return (volume) => {
    const status = known.get(volume.id) ?? statusNow(volume, moment, fire("impaired", [volume.id]) !== undefined);
    known.set(volume.id, status);
    return status;
  };
}

function statusNow(volume: VolumeRecord, moment: Moment, isImpaired: boolean): Status {
  if (isImpaired) return "impaired";
  const state = volumeState(volume, moment);
  return state === "creating" || state === "error" ? "insufficient-data" : "ok";
}

function statusBody(volume: VolumeRecord, status: Status, moment: Moment): Xml {
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

const byStatus = "volume-status.status";

const attributes = (statusOf: StatusOf): Attributes<VolumeRecord> => ({
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) => zoneIdOf(zone),
  [byStatus]: statusOf,
});
