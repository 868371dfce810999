import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { CoVolume, VolumeWish } from "../../support/co.ts";
import { fromVolume } from "../../support/co.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { kilobytesOf, mountedWithData, sumOf, type WithData, writeData } from "../data.ts";
import { operation } from "../operation.ts";

const stageRequest = ({ id, staging, capability, context, publishContext = {} }: CoVolume) => ({
  volumeId: id,
  stagingTargetPath: staging,
  volumeCapability: capability,
  volumeContext: context,
  publishContext,
});
/** Kubelet makes the folder in which it wants a volume staged. */
const makeParent = (volume: CoVolume) => mkdir(dirname(volume.staging), { recursive: true }).then(() => volume);

const end = (volume: CoVolume, _: unknown, world: KilledWorld) => world.end(volume);
const endWithData = ({ volume }: WithData, _: unknown, world: KilledWorld) => world.end(volume);

/** The first stage of a volume: it must take data then. */
const firstStage = (what: string, wish: VolumeWish) =>
  operation({
    name: `NodeStageVolume, ${what}`,
    before: (world) => world.bring("made", wish).then(makeParent),
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
      // a disk grows a moment after its volume
      await world.picture();
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
    before: async (world) => {
      const volume = await world.bring("made", wish);
      await world.co.stage(volume);
      return volume;
    },
    call: (volume) => ["NodePublishVolume", { ...stageRequest(volume), targetPath: volume.target, readonly }],
    undo: end,
  });

const unpublish = (what: string, wish: VolumeWish, readonly: boolean) =>
  operation({
    name: `NodeUnpublishVolume, ${what}`,
    before: async (world) => {
      const volume = await world.bring("made", wish);
      await world.co.stage(volume);
      await world.co.publish(volume, { readonly });
      return volume;
    },
    call: ({ id, target }) => ["NodeUnpublishVolume", { volumeId: id, targetPath: target }],
    undo: end,
  });

/** What a backend's volumes are like, so that there is something to do with them on a node. */
export interface NodeWishes {
  readonly ext4: VolumeWish;
  readonly xfs: VolumeWish;
  readonly block: VolumeWish;
  readonly grownBytes: { readonly ext4: number; readonly xfs: number };
}

/** What there is to do on a node, whichever backend a volume is of. */
export const nodeOperations = ({ ext4, xfs, block, grownBytes }: NodeWishes) => [
  firstStage("a fresh ext4", ext4),
  firstStage("a fresh xfs", xfs),
  operation({
    name: "NodeStageVolume, a fresh ext4 for readers only",
    before: (world) => world.bring("made", { ...ext4, mode: "SINGLE_NODE_READER_ONLY" }).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    check: ({ staging }) => expect(writeData(join(staging, "data"))).rejects.toThrow("EROFS"),
    undo: end,
  }),
  grownStage(ext4, grownBytes.ext4),
  grownStage(xfs, grownBytes.xfs),
  operation({
    name: "NodeExpandVolume of an xfs",
    before: async (world) => {
      const withData = await mountedWithData(world, "grown", xfs);
      await world.call("ControllerExpandVolume", {
        volumeId: withData.volume.id,
        capacityRange: { requiredBytes: grownBytes.xfs },
      });
      return withData;
    },
    call: ({ volume: { id, target } }: WithData) => [
      "NodeExpandVolume",
      { volumeId: id, volumePath: target, capacityRange: { requiredBytes: grownBytes.xfs } },
    ],
    check: async ({ volume, sum }) => {
      expect(await sumOf(join(volume.target, "data"))).toBe(sum);
      expect(await kilobytesOf(volume.target)).toBeGreaterThan((grownBytes.xfs / 1024) * 0.75);
    },
    undo: endWithData,
  }),
  publish("a filesystem", ext4, false),
  publish("a filesystem, for reading", ext4, true),
  publish("raw blocks", block, false),
  publish("raw blocks, for reading", block, true),
  unpublish("a filesystem", ext4, false),
  unpublish("raw blocks that were for reading", block, true),
  operation({
    name: "NodeUnstageVolume",
    before: async (world) => {
      const withData = await mountedWithData(world, "made", ext4);
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

/** What only a volume that is an image has: a device of its own that is attached here. */
export const imageOperations = ({ block }: NodeWishes, btrfs: VolumeWish) => [
  operation({
    name: "NodeStageVolume, the clone of a btrfs",
    prepare: (world) => mountedWithData(world, "source", btrfs),
    before: (world, { volume }) => world.bring("clone", { ...btrfs, source: fromVolume(volume) }).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    check: async ({ staging }, { sum }) => expect(await sumOf(join(staging, "data"))).toBe(sum),
    undo: end,
    end: ({ volume }, world) => world.end(volume),
  }),
  operation({
    name: "NodeStageVolume, raw blocks",
    before: (world) => world.bring("made", block).then(makeParent),
    call: (volume) => ["NodeStageVolume", stageRequest(volume)],
    undo: end,
  }),
];
