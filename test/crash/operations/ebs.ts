import { expect } from "vitest";
import type { CoVolume, VolumeWish } from "../../support/co.ts";
import { instanceId } from "../../support/ebs-backend.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { expectData, mountedWithData, sumOf, type WithData } from "../data.ts";
import { type Operation, operation } from "../operation.ts";
import { nodeOperations } from "./node.ts";
import { snapshotOperations } from "./snapshots.ts";
import { attachedTo, cloned, created, deleted, restored } from "./volumes.ts";

const GiB = 2 ** 30;
const ext4: VolumeWish = { bytes: GiB, use: "ext4" };
const xfs: VolumeWish = { bytes: GiB, use: "xfs" };
const block: VolumeWish = { bytes: GiB, use: "block" };

/** Published to a node for reading: EBS has no such thing, so that a tag remembers it. */
const readerRequest = ({ id, capability }: CoVolume) => ({
  volumeId: id,
  nodeId: instanceId,
  volumeCapability: capability,
  readonly: true,
});

const changed = (rpc: string, name: string, change: object) =>
  operation({
    name,
    before: (world) => mountedWithData(world, "changed", ext4),
    call: ({ volume }: WithData) => [rpc, { volumeId: volume.id, ...change }],
    check: async ({ volume, sum }) => expect(await sumOf(`${volume.target}/data`)).toBe(sum),
    undo: ({ volume }, _, world) => world.end(volume),
  });

/** Two volumes of which one is attached and the other is not: EC2 cuts them with a request each. */
const apart = async (world: KilledWorld) => {
  const attached = await mountedWithData(world, "attached", ext4);
  const alone = await mountedWithData(world, "alone", ext4);
  await world.co.hide(alone.volume);
  await world.co.call("ControllerUnpublishVolume", { volumeId: alone.volume.id, nodeId: instanceId });
  return { attached, alone };
};

type GroupCut = {
  groupSnapshot: { groupSnapshotId: string; snapshots: { snapshotId: string; sourceVolumeId: string }[] };
};

/** What the controller asks of EC2, volumes first. */
export const ebsVolumeOperations: readonly Operation[] = [
  created("blank", block),
  restored(ext4, { bytes: 2 * GiB, use: "ext4" }),
  cloned(ext4),
  deleted(block),
  ...attachedTo(instanceId, block),
  changed("ControllerExpandVolume", "ControllerExpandVolume of a mounted one", {
    capacityRange: { requiredBytes: 2 * GiB },
  }),
  changed("ControllerModifyVolume", "ControllerModifyVolume, figures and tags", {
    mutableParameters: { throughput: "250", tagSpecification_1: "seen=yes" },
  }),
];

export const ebsSnapshotOperations: readonly Operation[] = snapshotOperations({ ext4, xfs });

/** What takes more requests to EC2, for which that does nothing else. */
export const ebsRequestOperations: readonly Operation[] = [
  operation({
    name: "ControllerPublishVolume, for reading",
    before: (world) => world.co.create(world.nameFor("read"), block),
    call: (volume) => ["ControllerPublishVolume", readerRequest(volume)],
    undo: async ({ id }, _, { co }) => {
      await co.call("ControllerUnpublishVolume", { volumeId: id, nodeId: instanceId });
      await co.delete({ id });
    },
  }),
  operation({
    name: "ControllerUnpublishVolume of one that was for reading",
    before: async (world) => {
      const volume = await world.co.create(world.nameFor("read"), block);
      await world.co.call("ControllerPublishVolume", readerRequest(volume));
      return volume;
    },
    call: ({ id }) => ["ControllerUnpublishVolume", { volumeId: id, nodeId: instanceId }],
    undo: (volume, _, { co }) => co.delete(volume),
  }),
  operation({
    name: "CreateVolumeGroupSnapshot of an attached volume and one that is not",
    prepare: apart,
    call: (_, { attached, alone }) => [
      "CreateVolumeGroupSnapshot",
      { name: "apart", sourceVolumeIds: [attached.volume.id, alone.volume.id] },
    ],
    check: async (_, { attached, alone }, world, { groupSnapshot: { snapshots } }: GroupCut) => {
      for (const { volume, sum } of [attached, alone]) {
        const member = snapshots.find(({ sourceVolumeId }) => sourceVolumeId === volume.id);
        await expectData(world, `snapshots/${member?.snapshotId}`, "ext4", sum);
      }
    },
    undo: (_, __, world, { groupSnapshot: { groupSnapshotId } }: GroupCut) =>
      world.call("DeleteVolumeGroupSnapshot", { groupSnapshotId }),
    end: async ({ attached, alone }, world) => {
      for (const { volume } of [attached, alone]) await world.end(volume);
    },
  }),
];

/** What is done on the node, of which EC2 hears nothing. */
export const ebsNodeOperations: readonly Operation[] = nodeOperations({
  ...{ ext4, xfs, block },
  grownBytes: { ext4: 2 * GiB, xfs: 2 * GiB },
});
