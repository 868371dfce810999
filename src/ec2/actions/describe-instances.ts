import { defineAction, type Ec2 } from "../action.ts";
import { tagSetOf } from "../bodies/tag-set.ts";
import { type Attributes, type Filter, matcher, readFilters } from "../read/filters.ts";
import { type Page, pageOf, readPage } from "../read/page.ts";
import type { Xml } from "../wire/xml.ts";
import { parseInstanceId } from "../world/ids.ts";
import type { InstanceRecord, VolumeRecord } from "../world/records.ts";
import { type Attachment, attachmentsOf, type Moment } from "../world/states.ts";
import { noSuchInstances } from "../world/world.ts";
import { regionOf, zoneIdOf } from "../world/zones.ts";

interface Wish {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
  readonly page: Page;
}

/** DescribeInstances: where they are, and what is attached to them. They always run, and boot from an instance store. */
export const describeInstances = defineAction<Wish>({
  name: "DescribeInstances",
  mutates: false,
  errors: [
    "FilterLimitExceeded",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidPaginationToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "MissingParameter",
  ],

  parse(parameters) {
    const ids = parameters.list("InstanceId").map(parseInstanceId);
    parameters.boolean("IncludeManagedResources"); // nobody else manages instances here
    return { ids, filters: readFilters(parameters), page: readPage(parameters, 1000, ids) };
  },

  run({ ids, filters, page }, ec2, { region, moment }) {
    const isWanted = matcher(filters, attributes, ({ tags }) => tags);
    const instances = pick(ec2, ids, region, moment).filter(isWanted);
    const { items, nextToken } = pageOf(instances, page, ({ id }) => id);
    const devices = devicesByInstance(ec2.world.allVolumes(moment), moment);
    const reservationSet = items.map((instance) => ({
      reservationId: instance.id.replace("i-", "r-"),
      ownerId: ec2.account,
      instancesSet: [instanceBody(instance, devices.get(instance.id) ?? [])],
    }));
    return { reservationSet, nextToken };
  },
});

function pick({ world }: Ec2, ids: readonly string[], region: string, moment: Moment): readonly InstanceRecord[] {
  const here = [...world.instances.values(moment.now)].filter(({ zone }) => regionOf(zone) === region);
  if (ids.length === 0) return here;
  const absent = ids.filter((id) => !here.some((instance) => instance.id === id));
  if (absent.length > 0) throw noSuchInstances(absent);
  return here.filter(({ id }) => ids.includes(id));
}

type Device = Attachment & { readonly volumeId: string };

function devicesByInstance(volumes: Iterable<VolumeRecord>, moment: Moment): ReadonlyMap<string, readonly Device[]> {
  const devices = new Map<string, Device[]>();
  for (const volume of volumes) {
    for (const attachment of attachmentsOf(volume, moment)) {
      const { instanceId } = attachment.record;
      const known = devices.get(instanceId) ?? [];
      devices.set(instanceId, [...known, { ...attachment, volumeId: volume.id }]);
    }
  }
  return devices;
}

const instanceBody = ({ id, type, zone, launchedAt, tags }: InstanceRecord, devices: readonly Device[]): Xml => ({
  instanceId: id,
  imageId: "ami-00000000000000000",
  instanceState: { code: 16, name: "running" },
  instanceType: type,
  launchTime: new Date(launchedAt),
  placement: { availabilityZone: zone, availabilityZoneId: zoneIdOf(zone), tenancy: "default" },
  architecture: "x86_64",
  rootDeviceType: "instance-store",
  rootDeviceName: "/dev/xvda",
  blockDeviceMapping: devices.map(({ record, state, volumeId }) => ({
    deviceName: record.device,
    ebs: {
      volumeId,
      status: state === "busy" ? "detaching" : state,
      attachTime: new Date(record.askedAt),
      deleteOnTermination: false,
      ebsCardIndex: 0,
    },
  })),
  tagSet: Object.keys(tags).length === 0 ? undefined : tagSetOf(tags),
});

const attributes: Attributes<InstanceRecord> = {
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) => zoneIdOf(zone),
  "instance-id": ({ id }) => id,
  "instance-state-code": () => 16,
  "instance-state-name": () => "running",
  "instance-type": ({ type }) => type,
  "root-device-type": () => "instance-store",
};
