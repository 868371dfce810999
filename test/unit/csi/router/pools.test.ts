import { describe, expect, test } from "vitest";
import { mount } from "../../../support/access.ts";
import { cluster, inPlace, on } from "../../../support/cluster.ts";
import type { VolumeAnswer } from "../../../support/controller.ts";
import { refusalOf } from "../../../support/refusal.ts";

const MiB = 2 ** 20;

/** Both nodes have two pools, and node-b a third one that node-a lacks. */
function twoNodes() {
  const made = cluster({
    pools: { "node-a": { fast: "dddddddd" }, "node-b": { fast: "11111111", tape: "22222222" } },
    totalBytes: { "node-a": 100 * MiB, "node-b": 100 * MiB },
  });
  const create = async (name: string, pool: string, request: object = {}): Promise<string> => {
    const wish = { name, volumeCapabilities: [mount()], capacityRange: { requiredBytes: MiB }, parameters: { pool } };
    return (await made.call<VolumeAnswer>("CreateVolume", { ...wish, ...request })).volume.volumeId;
  };
  const room = async (pool: string, request: object = {}) => {
    const answer = made.call<{ availableCapacity: string }>("GetCapacity", { parameters: { pool }, ...request });
    return Number((await answer).availableCapacity);
  };
  return { ...made, create, room };
}

const onlyB = inPlace("node-b");
const onlyA = inPlace("node-a");

describe("a volume in a pool that its class names", () => {
  test("lies in that pool of the node that is wanted, and is found there again", async () => {
    const { call, create } = twoNodes();
    for (const [name, place, id] of [
      ["a", onlyA, "dddddddd"],
      ["b", onlyB, "11111111"],
    ] as const) {
      const made = await create(name, "fast", place);
      expect(made.slice(0, 8)).toBe(id);
      expect(await create(name, "fast", place)).toBe(made);
      await call("ControllerExpandVolume", { volumeId: made, capacityRange: { requiredBytes: 2 * MiB } });
      await call("DeleteVolume", { volumeId: made });
      expect(await refusalOf(call("ControllerGetVolume", { volumeId: made }))).toMatch(/^NOT_FOUND/);
    }
  });

  test("goes to the node that has it, whatever node comes first, and nowhere where that node may not be", async () => {
    const { create } = twoNodes();
    expect((await create("a", "tape")).slice(0, 8)).toBe("22222222");
    expect(await refusalOf(create("b", "tape", onlyA))).toMatch(
      /^RESOURCE_EXHAUSTED: no node of the requested topology/,
    );
  });

  test("that no node has is refused for good", async () => {
    const { create, room } = twoNodes();
    for (const refused of [create("a", "gone"), room("gone")])
      expect(await refusalOf(refused)).toMatch(
        /^INVALID_ARGUMENT: parameter pool "gone" is not one of this node's: default/,
      );
  });
});

test("capacity is that of the pool, on the nodes that have it", async () => {
  const { create, room } = twoNodes();
  await create("a", "fast", onlyA);
  expect(await room("fast", { accessibleTopology: on("node-a") })).toBe(99 * MiB);
  expect(await room("fast")).toBe(199 * MiB);
  expect(await room("default")).toBe(200 * MiB);
  expect(await room("tape")).toBe(100 * MiB);
  expect(await room("tape", { accessibleTopology: on("node-a") })).toBe(0);
});

test("a list goes on from pool to pool, though a node's pools are not neighbours", async () => {
  const { call, create } = twoNodes();
  const ids: string[] = [];
  for (const pool of ["default", "fast"])
    for (const [node, place] of [
      ["a", onlyA],
      ["b", onlyB],
    ] as const)
      for (const index of [1, 2]) ids.push(await create(`${pool}-${node}-${index}`, pool, place));
  for (const maxEntries of [1, 2, 3, 8, 0]) {
    const found: string[] = [];
    let startingToken = "";
    do {
      const page = await call<{ entries: { volume: { volumeId: string } }[]; nextToken: string }>("ListVolumes", {
        maxEntries,
        startingToken,
      });
      found.push(...page.entries.map(({ volume }) => volume.volumeId));
      startingToken = page.nextToken;
    } while (startingToken !== "");
    expect(found).toEqual([...ids].sort());
  }
});

test("where two nodes answer for one pool, as with copies of a disk, neither is asked", async () => {
  const { call } = cluster({ pools: { "node-a": { twin: "dddddddd" }, "node-b": { twin: "dddddddd" } } });
  expect(await refusalOf(call("DeleteVolume", { volumeId: "dddddddd-0" }))).toMatch(
    /^FAILED_PRECONDITION: node-a and node-b both have pool dddddddd/,
  );
});
