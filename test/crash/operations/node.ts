import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { CoVolume, VolumeWish } from "../../support/co.ts";
import { fromVolume } from "../../support/co.ts";
import type { CrashWorld } from "../../support/crash-world.ts";
import { kilobytesOf, MiB, mountedWithData, sumOf, type WithData, writeData } from "../data.ts";
import { operation } from "../operation.ts";

const ext4: VolumeWish = { bytes: 64 * MiB, use: "ext4" };
const xfs: VolumeWish = { bytes: 300 * MiB, use: "xfs" };
const btrfs: VolumeWish = { bytes: 128 * MiB, use: "btrfs" };
const block: VolumeWish = { bytes: 16 * MiB, use: "block" };

const stageRequest = ({ id, staging, capability }: CoVolume) => ({
  volumeId: id,
  stagingTargetPath: staging,
  volumeCapability: capability,
});
/** Kubelet makes the folder in which it wants a volume staged. */
const makeParent = (volume: CoVolume) => mkdir(dirname(volume.staging), { recursive: true }).then(() => volume);

const end = (volume: CoVolume, _: unknown, world: CrashWorld) => world.end(volume);
const endWithData = ({ volume }: WithData, _: unknown, world: CrashWorld) => world.end(volume);

/** The first stage of a volume: it must take data then. */
const firstStage = (what: string, wish: VolumeWish) =>
  operation({
    name: `NodeStageVolume, ${what}`,
    before: ({ co }) => co.create("made", wish).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    check: ({ staging }) => writeData(join(staging, "data")),
    undo: end,
  });

/** A stage after the volume has grown unmounted: the filesystem is as large as the volume then, its data the same. */
const grownStage = (wish: VolumeWish, bytes: number) =>
  operation({
    name: `NodeStageVolume, a ${wish.use} that has grown since`,
    before: async (world) => {
      const withData = await mountedWithData(world, "grown", wish);
      await world.co.hide(withData.volume);
      await world.call("ControllerExpandVolume", {
        volumeId: withData.volume.id,
        capacityRange: { requiredBytes: bytes },
      });
      return withData;
    },
    call: ({ volume }: WithData) => ["NodeStageVolume", stageRequest(volume)],
    check: async ({ volume, sum }) => {
      expect(await sumOf(join(volume.staging, "data"))).toBe(sum);
      expect(await kilobytesOf(volume.staging)).toBeGreaterThan((bytes / 1024) * 0.8);
    },
    undo: endWithData,
  });

const publish = (what: string, wish: VolumeWish, readonly: boolean) =>
  operation({
    name: `NodePublishVolume, ${what}`,
    before: async ({ co }) => {
      const volume = await co.create("made", wish);
      await co.stage(volume);
      return volume;
    },
    call: (volume) => ["NodePublishVolume", { ...stageRequest(volume), targetPath: volume.target, readonly }],
    undo: end,
  });

const unpublish = (what: string, wish: VolumeWish, readonly: boolean) =>
  operation({
    name: `NodeUnpublishVolume, ${what}`,
    before: async ({ co }) => {
      const volume = await co.create("made", wish);
      await co.stage(volume);
      await co.publish(volume, { readonly });
      return volume;
    },
    call: ({ id, target }) => ["NodeUnpublishVolume", { volumeId: id, targetPath: target }],
    undo: end,
  });

export const nodeOperations = [
  firstStage("a fresh ext4", ext4),
  firstStage("a fresh xfs", xfs),
  operation({
    name: "NodeStageVolume, a fresh ext4 for readers only",
    before: ({ co }) => co.create("made", { ...ext4, mode: "SINGLE_NODE_READER_ONLY" }).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    check: ({ staging }) => expect(writeData(join(staging, "data"))).rejects.toThrow("EROFS"),
    undo: end,
  }),
  operation({
    name: "NodeStageVolume, the clone of a btrfs",
    prepare: (world) => mountedWithData(world, "source", btrfs),
    before: ({ co }, { volume }) => co.create("clone", { ...btrfs, source: fromVolume(volume) }).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    check: async ({ staging }, { sum }) => expect(await sumOf(join(staging, "data"))).toBe(sum),
    undo: end,
    end: ({ volume }, world) => world.end(volume),
  }),
  grownStage(ext4, 128 * MiB),
  grownStage(xfs, 400 * MiB),
  operation({
    name: "NodeStageVolume, raw blocks",
    before: ({ co }) => co.create("made", block).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    undo: end,
  }),
  operation({
    name: "NodeExpandVolume of an xfs",
    before: async (world) => {
      const withData = await mountedWithData(world, "grown", xfs);
      await world.call("ControllerExpandVolume", {
        volumeId: withData.volume.id,
        capacityRange: { requiredBytes: 400 * MiB },
      });
      return withData;
    },
    call: ({ volume }: WithData) => ["NodeExpandVolume", { volumeId: volume.id, volumePath: volume.target }],
    check: async ({ volume, sum }) => {
      expect(await sumOf(join(volume.target, "data"))).toBe(sum);
      expect(await kilobytesOf(volume.target)).toBeGreaterThan(300 * 1024);
    },
    undo: endWithData,
  }),
  publish("a filesystem", ext4, false),
  publish("a filesystem, for reading", ext4, true),
  publish("raw blocks", block, false),
  publish("raw blocks, for reading", { ...block, parameters: { iops: "500" } }, true),
  unpublish("a filesystem", ext4, false),
  unpublish("raw blocks that were for reading", block, true),
  operation({
    name: "NodeUnstageVolume",
    before: async (world) => {
      const withData = await mountedWithData(world, "made", { ...ext4, parameters: { iops: "500" } });
      await world.co.unpublish(withData.volume);
      return withData;
    },
    call: ({ volume }: WithData) => ["NodeUnstageVolume", { volumeId: volume.id, stagingTargetPath: volume.staging }],
    check: async ({ volume, sum }, _, { co }) => {
      await co.stage(volume);
      expect(await sumOf(join(volume.staging, "data"))).toBe(sum);
    },
    undo: endWithData,
  }),
];
