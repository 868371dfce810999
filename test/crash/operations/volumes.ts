import { type CoVolume, fromSnapshot, fromVolume, type VolumeWish } from "../../support/co.ts";
import { must } from "../../support/command.ts";
import type { CrashWorld } from "../../support/crash-world.ts";
import { expectData, MiB, mountedWithData } from "../data.ts";
import { operation, requestOf } from "../operation.ts";

type Created = { volume: { volumeId: string } };

const small: VolumeWish = { bytes: 64 * MiB, use: "ext4" };
const deleteIt = (_: unknown, __: unknown, { co }: CrashWorld, { volume }: Created) =>
  co.delete({ id: volume.volumeId });

const attached = (parameters: VolumeWish["parameters"]) => async (world: CrashWorld) => {
  const volume = await world.co.create("attached", { use: "block", bytes: 16 * MiB, parameters: parameters ?? {} });
  await world.co.stage(volume);
  return volume;
};

const publishRequest = ({ id, capability }: CoVolume) => ({
  volumeId: id,
  nodeId: "node-a",
  volumeCapability: capability,
});

export const volumeOperations = [
  operation({
    name: "CreateVolume, thin",
    call: () => ["CreateVolume", requestOf("fresh", small)],
    undo: deleteIt,
  }),
  operation({
    name: "CreateVolume, thick",
    call: () => ["CreateVolume", requestOf("fresh", { ...small, parameters: { thin: "false" } })],
    undo: deleteIt,
  }),
  operation({
    name: "CreateVolume from a snapshot, larger",
    prepare: async (world) => {
      const source = await mountedWithData(world, "source", small);
      return { ...source, snapshot: await world.co.snapshot("source", source.volume) };
    },
    call: (_, { snapshot }) => [
      "CreateVolume",
      requestOf("restored", {
        bytes: 96 * MiB,
        use: "ext4",
        parameters: { thin: "false" },
        source: fromSnapshot(snapshot),
      }),
    ],
    check: (_, { sum }, world, { volume }: Created) => expectData(world, `volumes/${volume.volumeId}`, "ext4", sum),
    undo: deleteIt,
    end: async ({ volume, snapshot: { snapshotId } }, world) => {
      await world.call("DeleteSnapshot", { snapshotId });
      await world.end(volume);
    },
  }),
  operation({
    name: "CreateVolume, the clone of a mounted one",
    prepare: (world) => mountedWithData(world, "source", small),
    call: (_, { volume }) => ["CreateVolume", requestOf("clone", { ...small, source: fromVolume(volume) })],
    check: (_, { sum }, world, { volume }: Created) => expectData(world, `volumes/${volume.volumeId}`, "ext4", sum),
    undo: deleteIt,
    end: ({ volume }, world) => world.end(volume),
  }),
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
  operation({
    name: "DeleteVolume",
    before: ({ co }) => co.create("fresh", small),
    call: ({ id }) => ["DeleteVolume", { volumeId: id }],
  }),
  operation({
    name: "DeleteVolume of one whose stage was cut off after it was attached",
    before: async ({ co, sandbox }) => {
      const volume = await co.create("fresh", small);
      await must("losetup", "--find", sandbox.path("pool", "volumes", volume.id, "data"));
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
  operation({
    name: "ControllerPublishVolume",
    on: "attach",
    before: ({ co }) => co.create("fresh", small),
    call: (volume) => ["ControllerPublishVolume", publishRequest(volume)],
    undo: async ({ id }, _, { co }) => {
      await co.call("ControllerUnpublishVolume", { volumeId: id, nodeId: "node-a" });
      await co.delete({ id });
    },
  }),
  operation({
    name: "ControllerUnpublishVolume",
    on: "attach",
    before: async ({ co }) => {
      const volume = await co.create("fresh", small);
      await co.call("ControllerPublishVolume", publishRequest(volume));
      return volume;
    },
    call: ({ id }) => ["ControllerUnpublishVolume", { volumeId: id, nodeId: "node-a" }],
    undo: (volume, _, { co }) => co.delete(volume),
  }),
];
