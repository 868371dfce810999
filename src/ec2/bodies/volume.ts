import type { Xml } from "../wire/xml.ts";
import type { VolumeRecord } from "../world/records.ts";
import { type Attachment, attachmentsOf, type Moment, shapeAt, volumeState } from "../world/states.ts";
import { zoneIdOf } from "../world/zones.ts";
import { tagSetOf } from "./tag-set.ts";

/** A volume on the wire. */
export function volumeBody(volume: VolumeRecord, moment: Moment): { readonly [name: string]: Xml } {
  const shape = shapeAt(volume, moment.now);
  return {
    volumeId: volume.id,
    size: shape.sizeGiB,
    snapshotId: volume.snapshotId ?? "",
    sourceVolumeId: volume.sourceVolumeId,
    availabilityZone: volume.zone,
    availabilityZoneId: zoneIdOf(volume.zone),
    status: volumeState(volume, moment),
    createTime: new Date(volume.createdAt),
    attachmentSet: attachmentsOf(volume, moment).map((attachment) => attachmentBody(volume.id, attachment)),
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    iops: shape.iops,
    throughput: shape.throughputMiB,
    volumeType: shape.type,
    multiAttachEnabled: shape.multiAttach,
    volumeInitializationRate: volume.initializationRate,
    operator: { managed: false },
    tagSet: Object.keys(volume.tags).length === 0 ? undefined : tagSetOf(volume.tags),
  };
}

export const attachmentBody = (volumeId: string, { record, state }: Attachment): { readonly [name: string]: Xml } => ({
  volumeId,
  instanceId: record.instanceId,
  device: record.device,
  status: state,
  attachTime: new Date(record.askedAt),
  deleteOnTermination: false,
  ebsCardIndex: 0,
});
