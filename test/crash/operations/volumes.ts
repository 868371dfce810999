import { type CoVolume, fromSnapshot, fromVolume, type VolumeWish } from "../../support/co.ts";
import { must } from "../../support/command.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { expectData, MiB, mountedWithData } from "../data.ts";
import { operation, requestOf } from "../operation.ts";

type Created = { volume: { volumeId: string } };

const small: VolumeWish = { bytes: 64 * MiB, use: "ext4" };
const deleteIt = (_: unknown, __: unknown, { co }: KilledWorld, { volume }: Created) =>
  co.delete({ id: volume.volumeId });

const attached = (parameters: VolumeWish["parameters"]) => async (world: KilledWorld) => {
  const volume = await world.co.create("attached", { use: "block", bytes: 16 * MiB, parameters: parameters ?? {} });
  await world.co.stage(volume);
  return volume;
};

const publishRequest = ({ id, capability }: CoVolume, nodeId: string) => ({
  volumeId: id,
  nodeId,
  volumeCapability: capability,
});

/** A volume that is asked for by its name alone. */
export const created = (what: string, wish: VolumeWish) =>
  operation({
    name: `CreateVolume, ${what}`,
    before: async (world) => world.nameFor("fresh"),
    call: (name) => ["CreateVolume", requestOf(name, wish)],
    undo: deleteIt,
  });

/** A volume that begins with the bytes of a snapshot. */
export const restored = (wish: VolumeWish, larger: VolumeWish) =>
  operation({
    name: "CreateVolume from a snapshot, larger",
    prepare: async (world) => {
      const source = await mountedWithData(world, "source", wish);
      return { ...source, snapshot: await world.co.snapshot("source", source.volume) };
    },
    before: async (world) => world.nameFor("restored"),
    call: (name, { snapshot }) => ["CreateVolume", requestOf(name, { ...larger, source: fromSnapshot(snapshot) })],
    check: (_, { sum }, world, { volume }: Created) => expectData(world, `volumes/${volume.volumeId}`, "ext4", sum),
    undo: deleteIt,
    end: async ({ volume, snapshot: { snapshotId } }, world) => {
      await world.call("DeleteSnapshot", { snapshotId });
      await world.end(volume);
    },
  });

/** A volume that begins with the bytes of another one. */
export const cloned = (wish: VolumeWish) =>
  operation({
    name: "CreateVolume, the clone of a mounted one",
    prepare: (world) => mountedWithData(world, "source", wish),
    before: async (world) => world.nameFor("clone"),
    call: (name, { volume }) => ["CreateVolume", requestOf(name, { ...wish, source: fromVolume(volume) })],
    check: (_, { sum }, world, { volume }: Created) => expectData(world, `volumes/${volume.volumeId}`, "ext4", sum),
    undo: deleteIt,
    end: ({ volume }, world) => world.end(volume),
  });

export const deleted = (wish: VolumeWish) =>
  operation({
    name: "DeleteVolume",
    before: (world) => world.co.create(world.nameFor("fresh"), wish),
    call: ({ id }) => ["DeleteVolume", { volumeId: id }],
  });

export const attachedTo = (nodeId: string, wish: VolumeWish) => [
  operation({
    name: "ControllerPublishVolume",
    before: (world) => world.co.create(world.nameFor("fresh"), wish),
    call: (volume) => ["ControllerPublishVolume", publishRequest(volume, nodeId)],
    undo: async ({ id }, _, { co }) => {
      await co.call("ControllerUnpublishVolume", { volumeId: id, nodeId });
      await co.delete({ id });
    },
  }),
  operation({
    name: "ControllerUnpublishVolume",
    before: async (world) => {
      const volume = await world.co.create(world.nameFor("fresh"), wish);
      await world.co.call("ControllerPublishVolume", publishRequest(volume, nodeId));
      return volume;
    },
    call: ({ id }) => ["ControllerUnpublishVolume", { volumeId: id, nodeId }],
    undo: (volume, _, { co }) => co.delete(volume),
  }),
];

/** Of the loop backend. */
export const volumeOperations = [
  created("thin", small),
  created("thick", { ...small, parameters: { thin: "false" } }),
  restored(small, { bytes: 96 * MiB, use: "ext4", parameters: { thin: "false" } }),
  cloned(small),
  operation({
    name: "CreateVolume, the clone of one that is not staged",
    on: "plain",
    prepare: async (world) => {
      const source = await mountedWithData(world, "source", { bytes: 16 * MiB, use: "ext4" });
      await world.co.hide(source.volume);
      return source;
    },
    call: (_, { volume }) => [
      "CreateVolume",
      requestOf("clone", { bytes: 16 * MiB, use: "ext4", source: fromVolume(volume) }),
    ],
    check: (_, { sum }, world, { volume }: Created) => expectData(world, `volumes/${volume.volumeId}`, "ext4", sum),
    undo: deleteIt,
    end: ({ volume }, world) => world.end(volume),
  }),
  deleted(small),
  operation({
    name: "DeleteVolume of one whose stage was cut off after it was attached",
    before: async ({ co, store }) => {
      const volume = await co.create("fresh", small);
      await must("losetup", "--find", `${store}/volumes/${volume.id}/data`);
      return volume;
    },
    call: ({ id }) => ["DeleteVolume", { volumeId: id }],
  }),
  operation({
    name: "ControllerExpandVolume, thick and attached",
    before: attached({ thin: "false" }),
    call: ({ id }) => ["ControllerExpandVolume", { volumeId: id, capacityRange: { requiredBytes: 32 * MiB } }],
    undo: (volume, _, world) => world.end(volume),
  }),
  operation({
    name: "ControllerModifyVolume, attached",
    before: attached({}),
    call: ({ id }) => ["ControllerModifyVolume", { volumeId: id, mutableParameters: { iops: "700" } }],
    undo: (volume, _, world) => world.end(volume),
  }),
  ...attachedTo("node-a", small).map((each) => ({ ...each, on: "attach" as const })),
];
