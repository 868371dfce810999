import type { Attributes } from "../read/filters.ts";
import type { VolumeRecord } from "../world/records.ts";
import { attachmentsOf, type Moment, shapeAt, volumeState } from "../world/states.ts";
import { zoneIdOf } from "../world/zones.ts";

/** What DescribeVolumes filters by. */
export const volumeAttributes = (moment: Moment): Attributes<VolumeRecord> => ({
  "attachment.attach-time": (volume) => records(volume, moment).map(({ askedAt }) => new Date(askedAt).toISOString()),
  "attachment.delete-on-termination": (volume) => records(volume, moment).map(() => "false"),
  "attachment.device": (volume) => records(volume, moment).map(({ device }) => device),
  "attachment.instance-id": (volume) => records(volume, moment).map(({ instanceId }) => instanceId),
  "attachment.status": (volume) => attachmentsOf(volume, moment).map(({ state }) => state),
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) => zoneIdOf(zone),
  "create-time": ({ createdAt }) => new Date(createdAt).toISOString(),
  encrypted: ({ encrypted }) => encrypted,
  "fast-restored": () => false,
  "multi-attach-enabled": (volume) => shapeAt(volume, moment.now).multiAttach,
  "operator.managed": () => false,
  size: (volume) => shapeAt(volume, moment.now).sizeGiB,
  "snapshot-id": ({ snapshotId }) => snapshotId,
  status: (volume) => volumeState(volume, moment),
  "volume-id": ({ id }) => id,
  "volume-type": (volume) => shapeAt(volume, moment.now).type,
});

const records = (volume: VolumeRecord, moment: Moment) => attachmentsOf(volume, moment).map(({ record }) => record);
