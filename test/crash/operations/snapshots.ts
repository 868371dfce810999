import { expect } from "vitest";
import type { VolumeWish } from "../../support/co.ts";
import { isFrozen } from "../../support/frozen.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { expectData, MiB, mountedWithData, sumOf, type WithData } from "../data.ts";
import { type Operation, operation } from "../operation.ts";
import type { NodeWishes } from "./node.ts";

type Cut = { snapshot: { snapshotId: string } };
type GroupCut = {
  groupSnapshot: { groupSnapshotId: string; snapshots: { snapshotId: string; sourceVolumeId: string }[] };
};
interface Two {
  readonly first: WithData;
  readonly second: WithData;
}

async function endBoth({ first, second }: Two, world: KilledWorld): Promise<void> {
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

/** A snapshot of a mounted ext4. */
const cutOf = (what: string, wish: VolumeWish, parameters: object = {}) =>
  operation({
    name: `CreateSnapshot of ${what}`,
    prepare: (world) => mountedWithData(world, "source", wish),
    call: (_, { volume }) => ["CreateSnapshot", { name: "cut", sourceVolumeId: volume.id, parameters }],
    check: async (_, source, world, { snapshot }: Cut) => {
      await expectUnharmed(source);
      await expectData(world, `snapshots/${snapshot.snapshotId}`, "ext4", source.sum);
    },
    undo: (_, __, world, { snapshot: { snapshotId } }: Cut) => world.call("DeleteSnapshot", { snapshotId }),
    end: ({ volume }, world) => world.end(volume),
  });

/** Where files share no blocks. */
export const copiedWhileFrozen: Operation = {
  ...cutOf(
    "a mounted volume, frozen while it is copied",
    { bytes: 16 * MiB, use: "ext4" },
    { freezeWhileCopying: "true" },
  ),
  on: "plain",
};

/** An ext4 and an xfs, mounted. */
export function snapshotOperations({ ext4, xfs }: Pick<NodeWishes, "ext4" | "xfs">) {
  const oneMounted = (world: KilledWorld) => mountedWithData(world, "source", ext4);
  const twoMounted = async (world: KilledWorld): Promise<Two> => ({
    first: await mountedWithData(world, "first", ext4),
    second: await mountedWithData(world, "second", xfs),
  });
  return [
    cutOf("a mounted volume", ext4),
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
}
