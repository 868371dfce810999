import { describe, expect, test } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import { pooledBackend } from "../../../src/backend/pools/pooled-backend.ts";
import { pooledNode } from "../../../src/backend/pools/pooled-node.ts";
import { Pools } from "../../../src/backend/pools/pools.ts";
import { controllerRpcs, groupControllerRpcs } from "../../../src/csi/rpcs.ts";
import { type MemoryOptions, memoryBackend } from "../../fakes/memory-backend.ts";
import { memoryNode } from "../../fakes/memory-node.ts";
import { mount } from "../../support/access.ts";
import { caller } from "../../support/call.ts";
import type { GroupAnswer, SnapshotAnswer, VolumeAnswer } from "../../support/controller.ts";
import { refusalOf } from "../../support/refusal.ts";

const MiB = 2 ** 20;
const signal = new AbortController().signal;

/** The pools of a node: the first is not the first in the order of ids. */
const ids = { default: "bbbbbbbb", fast: "aaaaaaaa", slow: "cccccccc" } as const;
type Name = keyof typeof ids;
const names = Object.keys(ids) as Name[];

/** `served` changes what a pool is served by. */
function threePools(options: MemoryOptions = {}, served = (_: Name, backend: Backend): Backend => backend) {
  const made = (name: Name) => memoryBackend({ ...options, pool: ids[name] });
  const each = { default: made("default"), fast: made("fast"), slow: made("slow") };
  const pools = new Pools(
    names.map((name) => ({
      name,
      id: ids[name],
      backend: served(name, each[name]),
      node: memoryNode(each[name]),
    })),
  );
  const backend = pooledBackend(pools);
  const call = caller([...controllerRpcs(backend), ...groupControllerRpcs(backend)], 50);
  const create = async (name: string, request: object = {}): Promise<string> => {
    const wish = { name, volumeCapabilities: [mount()], capacityRange: { requiredBytes: MiB }, ...request };
    return (await call<VolumeAnswer>("CreateVolume", wish)).volume.volumeId;
  };
  const inPool = (name: string, pool: Name) => create(name, { parameters: { pool } });
  const snapshot = async (name: string, sourceVolumeId: string): Promise<string> =>
    (await call<SnapshotAnswer>("CreateSnapshot", { name, sourceVolumeId })).snapshot.snapshotId;
  return { backend, node: pooledNode(pools), each, call, create, inPool, snapshot };
}

const liesIn = (pool: Name) => expect.stringMatching(new RegExp(`^${ids[pool]}-`));
const fromSnapshot = (snapshotId: string) => ({ volumeContentSource: { snapshot: { snapshotId } } });
const fromVolume = (volumeId: string) => ({ volumeContentSource: { volume: { volumeId } } });

describe("a volume is made", () => {
  test("in the pool that its class names, in the first one where it names none", async () => {
    const { create, inPool } = threePools();
    expect(await create("plain")).toEqual(liesIn("default"));
    for (const name of names) expect(await inPool(`in-${name}`, name)).toEqual(liesIn(name));
    expect(await create("upper", { parameters: { POOL: "fast" } })).toEqual(liesIn("fast"));
  });

  test.each(["CreateVolume", "GetCapacity"])(
    "nowhere else: %s of a pool that there is not names those there are",
    async (rpc) => {
      const { call } = threePools();
      const request = { name: "a", volumeCapabilities: [mount()], parameters: { pool: "gone" } };
      expect(await refusalOf(call(rpc, request))).toBe(
        'INVALID_ARGUMENT: parameter pool "gone" is not one of this node\'s: default, fast, slow',
      );
    },
  );

  test("once: the same request finds it, one for another pool is of another volume", async () => {
    const { inPool, create } = threePools();
    const made = await inPool("a", "slow");
    expect(await inPool("a", "slow")).toBe(made);
    for (const again of [create("a"), inPool("a", "fast")])
      expect(await refusalOf(again)).toMatch(/^ALREADY_EXISTS: volume a exists with other parameters/);
  });

  test("where its source lies, whatever the class leaves open, and a class that names another pool is refused", async () => {
    const { create, inPool, snapshot } = threePools();
    const volume = await inPool("source", "slow");
    const cut = await snapshot("cut", volume);
    expect(cut).toEqual(liesIn("slow"));
    for (const [name, source, id] of [
      ["restored", fromSnapshot(cut), cut],
      ["cloned", fromVolume(volume), volume],
    ] as const) {
      const copy = await create(name, source);
      expect(copy).toEqual(liesIn("slow"));
      expect(await create(name, source), "the same request again").toBe(copy);
      expect(await create(`${name}-named`, { ...source, parameters: { pool: "slow" } })).toEqual(liesIn("slow"));
      expect(await refusalOf(create(`${name}-moved`, { ...source, parameters: { pool: "default" } }))).toMatch(
        new RegExp(`^INVALID_ARGUMENT: the (snapshot|volume) ${id} lies in the pool slow, .* not in default$`),
      );
    }
  });

  test("and a source that does not exist is told, whatever pool is named", async () => {
    const { create } = threePools();
    const source = fromVolume(`${ids.slow}-00000000000000000000-000000`);
    for (const gone of [source, fromVolume("ffffffff-00000000000000000000-000000")])
      expect(await refusalOf(create("a", gone))).toMatch(/^NOT_FOUND/);
    expect(await refusalOf(create("a", { ...source, parameters: { pool: "slow" } }))).toMatch(/^NOT_FOUND/);
  });

  test("no larger than its pool can have, and grows no larger either", async () => {
    const { call, create, inPool } = threePools({}, (name, backend) =>
      name === "fast" ? { ...backend, sizes: { ...backend.sizes, maximumBytes: 16 * MiB } } : backend,
    );
    const large = { capacityRange: { requiredBytes: 17 * MiB } };
    expect(await refusalOf(create("a", { ...large, parameters: { pool: "fast" } }))).toMatch(/^OUT_OF_RANGE/);
    expect(await create("a", large)).toEqual(liesIn("default"));
    const volumeId = await inPool("b", "fast");
    expect(await refusalOf(call("ControllerExpandVolume", { volumeId, ...large }))).toMatch(
      /^OUT_OF_RANGE: volume .* lies in the pool fast, where the largest possible has 16777216 bytes/,
    );
  });
});

test("each pool has its own room", async () => {
  const { call, inPool } = threePools({ totalBytes: 100 * MiB });
  const room = async (parameters: object = {}) =>
    Number((await call<{ availableCapacity: string }>("GetCapacity", { parameters })).availableCapacity);
  await inPool("a", "fast");
  expect(await room({ pool: "fast" })).toBe(99 * MiB);
  expect([await room({ pool: "slow" }), await room({ pool: "default" }), await room()]).toEqual(
    Array(3).fill(100 * MiB),
  );
});

describe("lists", () => {
  interface Page {
    readonly entries: readonly { volume?: { volumeId: string }; snapshot?: { snapshotId: string } }[];
    readonly nextToken: string;
  }

  test.each([1, 2, 3, 4, 8, 9, 10, 0])(
    "by pages of %s name everything once, in the order of ids",
    async (maxEntries) => {
      const { call, inPool, snapshot } = threePools();
      const made: string[] = [];
      for (const name of names) for (const index of [1, 2, 3]) made.push(await inPool(`${name}-${index}`, name));
      const cuts = await Promise.all(made.map((id) => snapshot(`of-${id}`, id)));
      for (const [rpc, expected] of [
        ["ListVolumes", made],
        ["ListSnapshots", cuts],
      ] as const) {
        const found: (string | undefined)[] = [];
        let startingToken = "";
        do {
          const page = await call<Page>(rpc, { maxEntries, startingToken });
          found.push(...page.entries.map(({ volume, snapshot }) => volume?.volumeId ?? snapshot?.snapshotId));
          startingToken = page.nextToken;
          if (maxEntries > 0)
            expect(page.entries.length).toBe(Math.min(maxEntries, 9 - found.length + page.entries.length));
        } while (startingToken !== "");
        expect(found).toEqual([...expected].sort());
      }
    },
  );

  test("go on behind what is deleted meanwhile, in the pools that follow", async () => {
    const { call, inPool } = threePools();
    const made = [await inPool("a", "fast"), await inPool("b", "default"), await inPool("c", "slow")];
    const { nextToken } = await call<Page>("ListVolumes", { maxEntries: 1 });
    for (const volumeId of made.slice(0, 2)) await call("DeleteVolume", { volumeId });
    const { entries } = await call<Page>("ListVolumes", { startingToken: nextToken });
    expect(entries.map(({ volume }) => volume?.volumeId)).toEqual(made.slice(2));
  });
});

describe("what is known by its id", () => {
  test("is its pool's to change and to delete", async () => {
    const { call, each, inPool, snapshot } = threePools();
    const volumeId = await inPool("a", "slow");
    await call("ControllerPublishVolume", { volumeId, nodeId: "node-a", volumeCapability: mount() });
    expect(await refusalOf(call("DeleteVolume", { volumeId }))).toMatch(/^FAILED_PRECONDITION/);
    await call("ControllerUnpublishVolume", { volumeId, nodeId: "node-a" });
    await call("ControllerExpandVolume", { volumeId, capacityRange: { requiredBytes: 2 * MiB } });
    await call("ControllerModifyVolume", { volumeId, mutableParameters: { iops: "5" } });
    expect(await each.slow.volumes.find(volumeId as never, signal)).toMatchObject({ sizeBytes: 2 * MiB });
    await call("DeleteSnapshot", { snapshotId: await snapshot("cut", volumeId) });
    await call("DeleteVolume", { volumeId });
    expect(await each.slow.volumes.find(volumeId as never, signal)).toBeUndefined();
  });

  test("is nobody's where its pool is not here", async () => {
    const { call, node } = threePools();
    const volumeId = "ffffffff-00000000000000000000-000000";
    await call("DeleteVolume", { volumeId });
    expect(await refusalOf(call("ControllerGetVolume", { volumeId }))).toMatch(/^NOT_FOUND/);
    expect(await node.find(volumeId as never, {}, signal)).toBeUndefined();
  });
});

describe("a group of snapshots", () => {
  const group = (sourceVolumeIds: readonly string[]) => ({ name: "group", sourceVolumeIds });

  test("lies where its volumes lie, and is found and deleted there", async () => {
    const { call, inPool } = threePools();
    const sources = [await inPool("a", "slow"), await inPool("b", "slow")];
    const { groupSnapshot } = await call<GroupAnswer>("CreateVolumeGroupSnapshot", group(sources));
    expect([groupSnapshot.groupSnapshotId, ...groupSnapshot.snapshots.map(({ snapshotId }) => snapshotId)]).toEqual(
      Array(3).fill(liesIn("slow")),
    );
    expect(await call("CreateVolumeGroupSnapshot", group(sources))).toEqual({ groupSnapshot });
    const { groupSnapshotId } = groupSnapshot;
    expect(await call("GetVolumeGroupSnapshot", { groupSnapshotId })).toEqual({ groupSnapshot });
    await call("DeleteVolumeGroupSnapshot", { groupSnapshotId });
    expect(await refusalOf(call("GetVolumeGroupSnapshot", { groupSnapshotId }))).toMatch(/^NOT_FOUND/);
  });

  test("of volumes in several pools is refused, unless one of them does not exist at all", async () => {
    const { call, inPool } = threePools();
    const [a, b] = [await inPool("a", "slow"), await inPool("b", "fast")];
    expect(await refusalOf(call("CreateVolumeGroupSnapshot", group([a, b])))).toBe(
      "FAILED_PRECONDITION: the volumes lie in the pools slow, fast; a group snapshot needs them in one",
    );
    const gone = "ffffffff-00000000000000000000-000000";
    expect(await refusalOf(call("CreateVolumeGroupSnapshot", group([a, gone])))).toBe(
      `NOT_FOUND: volume ${gone} does not exist`,
    );
  });
});

test("a name is locked in every pool, so that its Create and a Delete of it meet wherever it lies", () => {
  const { backend } = threePools();
  const heads = (keys: readonly string[] | undefined) => keys?.map((key) => key.slice(0, 8));
  const inOrder = [ids.fast, ids.default, ids.slow];
  for (const { keysOf } of [backend.volumes, backend.snapshots, backend.groups].flatMap((part) => part ?? []))
    expect(heads(keysOf?.("a"))).toEqual(inOrder);
});

test("health is that of all pools", async () => {
  const { backend, each, inPool, node } = threePools();
  const [well, ill, worse] = [await inPool("a", "fast"), await inPool("b", "slow"), await inPool("c", "default")];
  each.slow.state.illness.set(ill, [{ status: "DEGRADED", reason: "Old", message: "it creaks" }]);
  each.default.state.illness.set(worse, [{ status: "DATA_LOSS", reason: "Gone", message: "it was here" }]);
  const { items } = (await backend.health?.list({ after: undefined, limit: undefined }, signal)) ?? { items: [] };
  expect(items.map(({ id }) => id)).toEqual([worse, ill]);
  expect(await node.health?.(ill as never, signal)).toMatchObject([{ reason: "Old" }]);
  expect(await node.health?.(well as never, signal)).toEqual([]);
});

test("a node is ready when each of its pools is", async () => {
  let isReady = true;
  const { backend } = threePools({}, (name, backend) => ({
    ...backend,
    ready: async () => name !== "slow" || isReady,
  }));
  expect(await backend.ready(signal)).toBe(true);
  isReady = false;
  expect(await backend.ready(signal)).toBe(false);
});

test("what a backend does not offer, several pools of it do not offer either", () => {
  const { backend } = threePools({ without: ["groups", "attachments", "health"] });
  expect(backend).not.toHaveProperty("groups");
  expect(backend).not.toHaveProperty("attachments");
  expect(backend).not.toHaveProperty("health");
  expect(backend).toHaveProperty("snapshots");
});
