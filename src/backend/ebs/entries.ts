import type { Snapshot as Ec2Snapshot, Volume as Ec2Volume, VolumeAttachment } from "@aws-sdk/client-ec2";
import type { Creation, GroupId, NodeId, Parameters, Snapshot, SnapshotId, Volume, VolumeId } from "../backend.ts";
import { formatContextOf } from "./mkfs-options.ts";
import { defaultType } from "./parameters.ts";
import { creationOf, readRecord } from "./record.ts";
import { tagKeys, tagValue } from "./tags.ts";
import { topologyOfZone } from "./zones.ts";

export const GiB = 2 ** 30;

/** A volume of EC2 in the words of the port. */
export function volumeOf(volume: Ec2Volume): Volume {
  const name = tagValue(volume.Tags, tagKeys.volumeName) ?? "";
  const record = readRecord(volume.Tags);
  const creation = (record && creationOf(name, record)) ?? unrecordedCreation(name, volume);
  return {
    id: volume.VolumeId as VolumeId,
    sizeBytes: sizeOf(volume),
    source: creation.source,
    creation,
    context: contextOf(creation.parameters),
    topology: topologyOfZone(volume.AvailabilityZone ?? ""),
    attachedTo: holdersOf(volume).map(({ InstanceId }) => InstanceId as NodeId),
  };
}

export const sizeOf = ({ Size = 0 }: Ec2Volume): number => Size * GiB;

/** Those who hold the volume; one that is on its way out no longer counts for a CO, unless it is stuck in use. */
export const holdersOf = ({ Attachments = [] }: Ec2Volume): readonly VolumeAttachment[] =>
  Attachments.filter(({ State }) => State === "attached" || State === "attaching" || State === "busy");

/** What is left of it at that node, on its way in or out included. */
export const attachmentAt = ({ Attachments = [] }: Ec2Volume, node: string): VolumeAttachment | undefined =>
  Attachments.find(({ InstanceId, State }) => InstanceId === node && State !== "detached");

/** Made by hand or by another driver: what can be seen of it now is all that is known. */
function unrecordedCreation(name: string, volume: Ec2Volume): Creation {
  const { VolumeType = defaultType, Iops, Throughput, Encrypted, SnapshotId, SourceVolumeId } = volume;
  const source: Creation["source"] = SnapshotId
    ? { kind: "snapshot", id: SnapshotId as SnapshotId }
    : SourceVolumeId
      ? { kind: "volume", id: SourceVolumeId as VolumeId }
      : undefined;
  return {
    name,
    sizeBytes: sizeOf(volume),
    parameters: {
      type: VolumeType,
      ...(Iops === undefined ? {} : { iops: String(Iops) }),
      ...(Throughput === undefined ? {} : { throughput: String(Throughput) }),
      encrypted: String(Encrypted ?? false),
    },
    kinds: ["block", "mount"],
    fsType: undefined,
    source,
  };
}

/** Never changes in a volume's life, so it tells how the volume began. */
function contextOf(parameters: Parameters): Parameters {
  const { iops, throughput, type = defaultType } = parameters;
  return {
    type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    ...formatContextOf(parameters),
  };
}

export const snapshotOf = (snapshot: Ec2Snapshot): Snapshot => ({
  id: snapshot.SnapshotId as SnapshotId,
  name: tagValue(snapshot.Tags, tagKeys.snapshotName) ?? "",
  sourceVolume: snapshot.VolumeId as VolumeId,
  sizeBytes: (snapshot.VolumeSize ?? 0) * GiB,
  createdAt: snapshot.StartTime ?? new Date(0),
  ready: snapshot.State === "completed",
  group: tagValue(snapshot.Tags, tagKeys.group) as GroupId | undefined,
  // "Snapshots are Regional resources": any zone can make volumes of them
  topology: {},
});
