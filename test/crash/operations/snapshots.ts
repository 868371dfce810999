import { expect } from "vitest";
import type { CrashWorld } from "../../support/crash-world.ts";
import { isFrozen } from "../../support/frozen.ts";
import { expectData, MiB, mountedWithData, sumOf, type WithData } from "../data.ts";
import { operation } from "../operation.ts";

type Cut = { snapshot: { snapshotId: string } };
type GroupCut = {
  groupSnapshot: { groupSnapshotId: string; snapshots: { snapshotId: string; sourceVolumeId: string }[] };
};
interface Two {
  readonly first: WithData;
  readonly second: WithData;
}

const oneMounted = (world: CrashWorld) => mountedWithData(world, "source", { bytes: 64 * MiB, use: "ext4" });

const twoMounted = async (world: CrashWorld): Promise<Two> => ({
  first: await mountedWithData(world, "first", { bytes: 64 * MiB, use: "ext4" }),
  second: await mountedWithData(world, "second", { bytes: 300 * MiB, use: "xfs" }),
});

async function endBoth({ first, second }: Two, world: CrashWorld): Promise<void> {
  for (const { volume } of [first, second]) await world.end(volume);
}

async function expectUnharmed({ volume, sum }: WithData): Promise<void> {
  expect(await isFrozen(volume.target), "is frozen").toBe(false);
  expect(await sumOf(`${volume.target}/data`)).toBe(sum);
}

const groupRequest = ({ first, second }: Two) => ({
  name: "group",
  sourceVolumeIds: [first.volume.id, second.volume.id],
});

export const snapshotOperations = [
  operation({
    name: "CreateSnapshot of a mounted volume",
    prepare: oneMounted,
    call: (_, { volume }) => ["CreateSnapshot", { name: "cut", sourceVolumeId: volume.id }],
    check: async (_, source, world, { snapshot }: Cut) => {
      await expectUnharmed(source);
      await expectData(world, `snapshots/${snapshot.snapshotId}`, "ext4", source.sum);
    },
    undo: (_, __, world, { snapshot: { snapshotId } }: Cut) => world.call("DeleteSnapshot", { snapshotId }),
    end: ({ volume }, world) => world.end(volume),
  }),
  operation({
    name: "CreateSnapshot of a mounted volume, frozen while it is copied",
    on: "plain",
    prepare: (world) => mountedWithData(world, "source", { bytes: 16 * MiB, use: "ext4" }),
    call: (_, { volume }) => [
      "CreateSnapshot",
      { name: "cut", sourceVolumeId: volume.id, parameters: { freezeWhileCopying: "true" } },
    ],
    check: async (_, source, world, { snapshot }: Cut) => {
      await expectUnharmed(source);
      await expectData(world, `snapshots/${snapshot.snapshotId}`, "ext4", source.sum);
    },
    undo: (_, __, world, { snapshot: { snapshotId } }: Cut) => world.call("DeleteSnapshot", { snapshotId }),
    end: ({ volume }, world) => world.end(volume),
  }),
  operation({
    name: "DeleteSnapshot",
    prepare: oneMounted,
    before: ({ co }, { volume }) => co.snapshot("cut", volume),
    call: ({ snapshotId }) => ["DeleteSnapshot", { snapshotId }],
    end: ({ volume }, world) => world.end(volume),
  }),
  operation({
    name: "CreateVolumeGroupSnapshot of two mounted volumes",
    prepare: twoMounted,
    call: (_, two) => ["CreateVolumeGroupSnapshot", groupRequest(two)],
    check: async (_, { first, second }, world, { groupSnapshot: { snapshots } }: GroupCut) => {
      for (const [source, fsType] of [[first, "ext4"] as const, [second, "xfs"] as const]) {
        await expectUnharmed(source);
        const member = snapshots.find(({ sourceVolumeId }) => sourceVolumeId === source.volume.id);
        await expectData(world, `snapshots/${member?.snapshotId}`, fsType, source.sum);
      }
    },
    undo: (_, __, world, { groupSnapshot: { groupSnapshotId } }: GroupCut) =>
      world.call("DeleteVolumeGroupSnapshot", { groupSnapshotId }),
    end: endBoth,
  }),
  operation({
    name: "DeleteVolumeGroupSnapshot",
    prepare: twoMounted,
    before: (world, two) => world.call<GroupCut>("CreateVolumeGroupSnapshot", groupRequest(two)),
    call: ({ groupSnapshot: { groupSnapshotId } }) => ["DeleteVolumeGroupSnapshot", { groupSnapshotId }],
    end: endBoth,
  }),
];
