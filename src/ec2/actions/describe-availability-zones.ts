import { defineAction } from "../action.ts";
import { type Attributes, type Filter, matcher, readFilters } from "../read/filters.ts";
import { noSuchZone, type Zone, zonesOf } from "../world/zones.ts";

interface Wish {
  readonly names: readonly string[];
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
}

/** DescribeAvailabilityZones: those of the region that is asked. */
export const describeAvailabilityZones = defineAction<Wish>({
  name: "DescribeAvailabilityZones",
  mutates: false,
  errors: ["FilterLimitExceeded", "InvalidParameterValue", "InvalidZone.NotFound", "MissingParameter"],

  parse(parameters) {
    parameters.boolean("AllAvailabilityZones"); // all are opted in
    return { names: parameters.list("ZoneName"), ids: parameters.list("ZoneId"), filters: readFilters(parameters) };
  },

  run({ names, ids, filters }, { world }, { region, moment }) {
    const zones = zonesOf(
      region,
      [...world.instances.values(moment.now)].map(({ zone }) => zone),
    );
    const unknown =
      names.find((name) => !zones.some((zone) => zone.name === name)) ??
      ids.find((id) => !zones.some((zone) => zone.id === id));
    if (unknown !== undefined) throw noSuchZone(unknown);
    const isNamed = (zone: Zone) =>
      (names.length === 0 || names.includes(zone.name)) && (ids.length === 0 || ids.includes(zone.id));
    const isWanted = matcher(filters, attributes, undefined);
    return { availabilityZoneInfo: zones.filter((zone) => isNamed(zone) && isWanted(zone)).map(zoneBody) };
  },
});

const zoneBody = ({ name, id, region }: Zone) => ({
  zoneName: name,
  zoneId: id,
  zoneState: "available",
  regionName: region,
  zoneType: "availability-zone",
  optInStatus: "opt-in-not-required",
  groupName: `${region}-zg-1`,
  networkBorderGroup: region,
  messageSet: [],
});

const attributes: Attributes<Zone> = {
  "group-name": ({ region }) => `${region}-zg-1`,
  "network-border-group": ({ region }) => region,
  "opt-in-status": () => "opt-in-not-required",
  "region-name": ({ region }) => region,
  state: () => "available",
  "zone-id": ({ id }) => id,
  "zone-name": ({ name }) => name,
  "zone-type": () => "availability-zone",
};
