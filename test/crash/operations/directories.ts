import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { type CoVolume, fromSnapshot, type VolumeWish } from "../../support/co.ts";
import { must } from "../../support/command.ts";
import type { KilledWorld } from "../../support/killed-world.ts";
import { sumOf, writeData } from "../data.ts";
import { operation, requestOf } from "../operation.ts";

type Created = { volume: { volumeId: string } };
type Cut = { snapshot: { snapshotId: string } };

const wish: VolumeWish = { parameters: { uid: "1000", gid: "2000", mode: "2770" } };
const dataOf = ({ store }: KilledWorld, thing: string) => join(store, thing, "data");

async function withData(world: KilledWorld): Promise<{ readonly volume: CoVolume; readonly sum: string }> {
  const volume = await world.co.create("source", wish);
  return { volume, sum: await writeData(join(dataOf(world, `volumes/${volume.id}`), "file")) };
}

const deleteIt = (_: unknown, __: unknown, { co }: KilledWorld, { volume }: Created) =>
  co.delete({ id: volume.volumeId });

const publish = (what: string, wish: VolumeWish) =>
  operation({
    name: `NodePublishVolume, ${what}`,
    on: "hostpath",
    before: async ({ co }) => {
      const volume = await co.create("fresh", wish);
      await mkdir(dirname(volume.target), { recursive: true });
      return volume;
    },
    call: ({ id, target, capability }) => [
      "NodePublishVolume",
      { volumeId: id, targetPath: target, volumeCapability: capability },
    ],
    check: async ({ target }) =>
      expect((await must("findmnt", "--noheadings", "--output", "OPTIONS", target)).split(",")).toEqual(
        expect.arrayContaining([...(wish.flags ?? [])]),
      ),
    undo: async (volume, _, { co }) => {
      await co.unpublish(volume);
      await co.delete(volume);
    },
  });

/** Of the hostpath backend. Nothing is staged there: what is published is the directory itself. */
export const directoryOperations = [
  operation({
    name: "CreateVolume, a directory",
    on: "hostpath",
    call: () => ["CreateVolume", requestOf("fresh", wish)],
    undo: deleteIt,
  }),
  operation({
    name: "CreateSnapshot of a directory",
    on: "hostpath",
    prepare: withData,
    call: (_, { volume }) => ["CreateSnapshot", { name: "cut", sourceVolumeId: volume.id }],
    check: async (_, { sum }, world, { snapshot }: Cut) =>
      expect(await sumOf(join(dataOf(world, `snapshots/${snapshot.snapshotId}`), "file"))).toBe(sum),
    undo: (_, __, world, { snapshot: { snapshotId } }: Cut) => world.call("DeleteSnapshot", { snapshotId }),
    end: ({ volume }, { co }) => co.delete(volume),
  }),
  operation({
    name: "CreateVolume, a directory from a snapshot",
    on: "hostpath",
    prepare: async (world) => {
      const source = await withData(world);
      return { ...source, snapshot: await world.co.snapshot("cut", source.volume) };
    },
    call: (_, { snapshot }) => ["CreateVolume", requestOf("restored", { ...wish, source: fromSnapshot(snapshot) })],
    check: async (_, { sum }, world, { volume }: Created) =>
      expect(await sumOf(join(dataOf(world, `volumes/${volume.volumeId}`), "file"))).toBe(sum),
    undo: deleteIt,
    end: async ({ volume, snapshot: { snapshotId } }, world) => {
      await world.call("DeleteSnapshot", { snapshotId });
      await world.co.delete(volume);
    },
  }),
  publish("a directory", wish),
  publish("a directory with mount options", { ...wish, flags: ["noatime", "noexec"] }),
];
