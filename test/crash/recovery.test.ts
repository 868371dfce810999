import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CrashWorld } from "../support/crash-world.ts";
import { isFrozen } from "../support/frozen.ts";
import { MiB, mountedWithData, sumOf, type WithData } from "./data.ts";

let world: CrashWorld;
let source: WithData;
beforeAll(async () => {
  world = await CrashWorld.make();
  source = await mountedWithData(world, "source", { bytes: 64 * MiB, use: "ext4" });
});
afterAll(() => world[Symbol.asyncDispose]());

type Request = readonly [rpc: string, request: object];

const cutSnapshot = async (): Promise<Request> => ["CreateSnapshot", { name: "cut", sourceVolumeId: source.volume.id }];
const makeGroup = async (): Promise<Request> => [
  "CreateVolumeGroupSnapshot",
  { name: "group", sourceVolumeIds: [source.volume.id] },
];
const endGroup = async (): Promise<Request> => {
  type Group = { groupSnapshot: { groupSnapshotId: string } };
  const { groupSnapshot } = await world.call<Group>(...(await makeGroup()));
  return ["DeleteVolumeGroupSnapshot", { groupSnapshotId: groupSnapshot.groupSnapshotId }];
};
const endSnapshot = async (): Promise<Request> => {
  const { snapshotId } = await world.co.snapshot("cut", source.volume);
  return ["DeleteSnapshot", { snapshotId }];
};

/** What a crash leaves to the next start: the call that is cut off and where, and the call that takes it back. */
const crashes = [
  { what: "a frozen filesystem", at: "after freeze", request: cutSnapshot, undo: endSnapshot },
  { what: "a group that exists already", at: "before rename", request: makeGroup, undo: endGroup },
  { what: "a group that is going", at: "before rename", request: endGroup, undo: undefined },
];

describe("a start that puts right what a crash left", () => {
  test.each(crashes)(
    "$what: killed at each of its own steps, the start after it does",
    async (crash) => {
      const before = await world.picture();
      const first = await crash.request();
      const point = await world.pointAt(crash.at, () => world.call(...first));
      let steps: readonly string[] = [];
      for (let cut = 0; cut <= steps.length; cut += 1) {
        if (crash.undo !== undefined) await world.call(...(await crash.undo()));
        const request = await crash.request();
        await world.cut(point, (client) => client.call(...request));
        if (cut === 0) steps = await world.pointsOf(() => world.start());
        else {
          expect(await world.cutStart(cut)).toEqual(steps.slice(0, cut));
          await world.start();
        }
        expect(await isFrozen(source.volume.target), `frozen after a start that was killed at ${cut}`).toBe(false);
        expect(await sumOf(`${source.volume.target}/data`)).toBe(source.sum);
        await world.call(...request);
      }
      expect(steps.length, "the start has something to do").toBeGreaterThan(0);
      if (crash.undo !== undefined) await world.call(...(await crash.undo()));
      expect(await world.picture()).toEqual(before);
    },
    300_000,
  );

  test.each(["", ".copy"])("a group of whose record one copy was not written (json%s) has both", async (suffix) => {
    type Group = { groupSnapshot: { groupSnapshotId: string } };
    const { groupSnapshot } = await world.call<Group>(...(await makeGroup()));
    const groups = join(world.sandbox.pool, "groups");
    const before = (await readdir(groups)).sort();
    expect(before).toHaveLength(2);
    await world.kill();
    await rm(join(groups, `${groupSnapshot.groupSnapshotId}.json${suffix}`));
    await world.start();
    expect((await readdir(groups)).sort()).toEqual(before);
    expect(await world.call(...(await makeGroup()))).toMatchObject({ groupSnapshot });
    await world.call("DeleteVolumeGroupSnapshot", { groupSnapshotId: groupSnapshot.groupSnapshotId });
    expect(await readdir(groups)).toEqual([]);
  });
});
