import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { CoVolume, VolumeWish } from "../../support/co.ts";
import { fromVolume } from "../../support/co.ts";
import { must } from "../../support/command.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { loopsOf } from "../../support/sandbox.ts";
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

const expandRequest = ({ id, target }: CoVolume, bytes: number) => ({
  volumeId: id,
  volumePath: target,
  capacityRange: { requiredBytes: bytes },
});

/** A filesystem grows while a pod uses it. */
const grownMounted = (wish: VolumeWish, bytes: number) =>
  operation({
    name: `NodeExpandVolume of a mounted ${wish.use}`,
    before: async (world) => {
      const withData = await mountedWithData(world, "grown", wish);
      await world.call("ControllerExpandVolume", {
        volumeId: withData.volume.id,
        capacityRange: { requiredBytes: bytes },
      });
      return withData;
    },
    call: ({ volume }: WithData) => ["NodeExpandVolume", expandRequest(volume, bytes)],
    check: async ({ volume, sum }) => {
      expect(await sumOf(join(volume.target, "data"))).toBe(sum);
      expect(await kilobytesOf(volume.target)).toBeGreaterThan((bytes / 1024) * 0.75);
    },
    undo: endWithData,
  });

/** Raw blocks whose growth ended right after its record: image and device are as small as before. */
async function halfGrown(world: KilledWorld, block: VolumeWish, bytes: number): Promise<CoVolume> {
  const volume = await world.show("grown", block);
  await world.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: bytes } });
  const folder = join(world.store, "volumes", volume.id);
  await must("truncate", "--size", String(block.bytes), join(folder, "data"));
  for (const line of await loopsOf(folder)) await must("losetup", "--set-capacity", line.split(" ")[0] ?? "");
  expect(await sizeOf(volume.target)).toBe(block.bytes);
  return volume;
}

const sizeOf = async (device: string): Promise<number> => Number(await must("blockdev", "--getsize64", device));

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
  grownMounted(xfs, grownBytes.xfs),
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
export const imageOperations = ({ block }: NodeWishes, btrfs: VolumeWish, grownBytes: number) => [
  grownMounted(btrfs, grownBytes),
  operation({
    name: "NodeExpandVolume of raw blocks, whose growth was cut off after its record",
    before: (world) => halfGrown(world, block, grownBytes),
    call: (volume) => ["NodeExpandVolume", expandRequest(volume, grownBytes)],
    check: async ({ target }) => expect(await sizeOf(target)).toBe(grownBytes),
    undo: end,
  }),
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
