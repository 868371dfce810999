/** Several pools of one driver: a class chooses, an id tells, and each is looked after by itself. */
import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PoolStatus } from "../../src/pool/status.ts";
import { Co, type CoVolume, fromSnapshot, refusalOf } from "../support/co.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { metricsOf } from "../support/http.ts";
import { kura } from "../support/kura.ts";
import { freePort } from "../support/port.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const small = { use: "ext4", bytes: 32 * MiB } as const;
const inFast = { ...small, parameters: { pool: "fast" } };

interface Page {
  readonly entries: readonly { readonly volume: { volumeId: string } }[];
}

describe("two pools", () => {
  let sandbox: Sandbox;
  let driver: TestDriver;
  let co: Co;
  let fast: string;
  let port: number;

  beforeAll(async () => {
    sandbox = await makeSandbox();
    fast = sandbox.path("fast");
    port = await freePort();
    await restart();
  });
  afterAll(async () => {
    await driver?.[Symbol.asyncDispose]();
    await sandbox[Symbol.asyncDispose]();
  });

  const flags = () => [
    ...["--pool", sandbox.pool, "--pool", `fast=${fast}`, "--pool-image", "fast=1Gi"],
    ...["--attach", "--max-volumes-per-node", "2", "--http", `127.0.0.1:${port}`],
  ];
  async function restart(): Promise<void> {
    driver = await startTestDriver(sandbox, { flags: flags() });
    co = new Co(sandbox, driver);
  }
  const attach = ({ id, capability }: CoVolume) =>
    co.call("ControllerPublishVolume", { volumeId: id, nodeId: "node-a", volumeCapability: capability });
  const detach = ({ id }: CoVolume) => co.call("ControllerUnpublishVolume", { volumeId: id, nodeId: "node-a" });
  const promised = async (pool: string) => (await metricsOf(port, pool)).get("kura_pool_promised_thin_bytes");
  const liesIn = async (root: string, { id }: Pick<CoVolume, "id">): Promise<boolean> =>
    (await stat(join(root, "volumes", id, "data")).catch(() => undefined)) !== undefined;
  const status = async (root: string) =>
    JSON.parse((await kura(["pool", "status", "--json", "--pool", root])).stdout) as PoolStatus;

  test("have a life of a volume each, with its snapshot and its restore beside it", async () => {
    for (const [root, wish] of [
      [sandbox.pool, small],
      [fast, inFast],
    ] as const) {
      const volume = await co.create("life", wish);
      expect([await liesIn(sandbox.pool, volume), await liesIn(fast, volume)]).toEqual([root !== fast, root === fast]);
      await attach(volume);
      await co.show(volume);
      await writeFile(join(volume.target, "file"), "kept");
      const snapshot = await co.snapshot("life", volume);
      const restored = await co.create("restored", { ...small, source: fromSnapshot(snapshot) });
      expect(await liesIn(root, restored)).toBe(true);
      await attach(restored);
      await co.show(restored);
      expect(await readFile(join(restored.target, "file"), "utf8")).toBe("kept");
      for (const made of [volume, restored]) {
        await co.hide(made);
        await detach(made);
        await co.delete(made);
      }
      await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    }
  });

  test("have room of their own, and figures of their own", async () => {
    const room = async (parameters: object = {}) =>
      Number((await co.call<{ availableCapacity: string }>("GetCapacity", { parameters })).availableCapacity);
    // what earlier tests deleted has its room until its bytes are given back
    for (const pool of ["default", "fast"]) await eventually(async () => expect(await promised(pool)).toBe(0));
    const before = [await room(), await room({ pool: "fast" })];
    expect(before[1]).toBeLessThan((before[0] ?? 0) / 4);
    const volume = await co.create("taken", inFast);
    expect([await room(), await room({ pool: "fast" })]).toEqual([before[0], (before[1] ?? 0) - 32 * MiB]);
    expect(await promised("fast")).toBe(32 * MiB);
    const [first, second] = [await metricsOf(port), await metricsOf(port, "fast")];
    expect([first.get("kura_volumes"), second.get("kura_volumes")]).toEqual([0, 1]);
    expect(first.get("kura_pool_capacity_bytes")).toBeGreaterThan(second.get("kura_pool_capacity_bytes") ?? Infinity);
    expect(first.get("kura_throttle_works"), "is the node's").toBe(second.get("kura_throttle_works"));
    await co.delete(volume);
  });

  test("share the number of volumes that a node takes", async () => {
    const volumes = [await co.create("one", small), await co.create("two", inFast), await co.create("three", inFast)];
    const [one, two, three] = volumes as [CoVolume, CoVolume, CoVolume];
    await attach(one);
    await attach(two);
    expect(await refusalOf(attach(three))).toMatch(/^RESOURCE_EXHAUSTED: node node-a has 2 volumes attached/);
    await detach(one);
    await attach(three);
    for (const volume of [two, three]) await detach(volume);
    for (const volume of volumes) await co.delete(volume);
  });

  test("are both there after a kill -9, and each is asked for by its directory while the driver holds both", async () => {
    const [here, there] = [await co.create("kept", small), await co.create("kept-fast", inFast)];
    await driver.kill();
    await restart();
    const { entries } = await co.call<Page>("ListVolumes");
    expect(entries.map(({ volume }) => volume.volumeId)).toEqual([here.id, there.id].sort());
    const statuses = [await status(sandbox.pool), await status(fast)];
    expect(statuses.map(({ root }) => root)).toEqual([sandbox.pool, fast]);
    expect(statuses.map(({ id }) => id)).toEqual([here, there].map(({ id }) => id.slice(0, 8)));
    expect(statuses.map(({ volumes }) => volumes)).toEqual([1, 1]);
    const { stdout } = await kura(["pool", "export-pv", "--pool", sandbox.pool, "--pool", `fast=${fast}`]);
    type Exported = { items: { spec: { csi: { volumeHandle: string } } }[] };
    const handles = (JSON.parse(stdout) as Exported).items.map(({ spec }) => spec.csi.volumeHandle);
    expect(handles).toEqual([here.id, there.id]);
    for (const volume of [here, there]) await co.delete(volume);
  });

  test("are looked at one after another where several are named, and made or destroyed one by one", async () => {
    const env = { KURA_POOL: `${sandbox.pool},fast=${fast}` };
    const of = (...words: readonly string[]) => kura(["pool", ...words], { env });
    const { exitCode, stdout } = await of("status");
    expect(exitCode).toBe(0);
    expect(stdout.replace(/[0-9a-f]{8}(?=, )/g, "ID").match(/^pool .*\)/gm)).toEqual([
      `pool ${sandbox.pool} (ID, default)`,
      `pool ${fast} (ID, fast)`,
    ]);
    const statuses = JSON.parse((await of("status", "--json")).stdout) as readonly PoolStatus[];
    expect(statuses.map(({ root }) => root)).toEqual([sandbox.pool, fast]);
    const unfinished = ".new-00000000-00000000000000000000-000000";
    for (const root of [sandbox.pool, fast]) await mkdir(join(root, "volumes", unfinished));
    expect((await of("check")).stdout).toMatch(/2 found\n$/);
    expect((await of("gc", "--pool", fast, "--delete")).stdout).toMatch(/1 cleared away\n$/);
    expect((await of("gc", "--delete")).stdout).toContain(join(sandbox.pool, "volumes", unfinished));
    expect(await of("check")).toMatchObject({ exitCode: 0, stdout: "nothing is wrong\n" });
    for (const words of [["create"], ["destroy", "--yes"]])
      expect(await of(...words)).toMatchObject({
        exitCode: 2,
        stderr: `kura: --pool ${env.KURA_POOL} names several; say which one is meant\n`,
      });
    const doctor = await kura(["doctor"], { env });
    for (const root of [sandbox.pool, fast]) expect(doctor.stdout).toContain(`${root}: the pool is there and mounted`);
  });

  test("are each of one driver: another that names either is refused", async () => {
    const words = ["driver", "--endpoint", `unix://${sandbox.path("other.sock")}`];
    for (const pools of [
      ["--pool", `fast=${fast}`],
      ["--pool", sandbox.path("third"), "--pool", `other=${sandbox.pool}`],
    ]) {
      const { exitCode, stderr } = await kura([...words, ...pools]);
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^kura: the pool .* is held by process \d+/)]);
    }
    // what the refused one had opened before, it has let go
    expect((await kura(["pool", "status", "--pool", sandbox.path("third")])).exitCode).toBe(0);
  });

  test("are let go together: the image that the driver mounted is unmounted, and nothing is attached", async () => {
    expect(await mountsOf(sandbox)).toContain(fast);
    await driver.stop();
    expect(await mountsOf(sandbox)).toEqual([]);
    expect((await loopsOf(sandbox.folder)).filter((line) => line.includes("fast"))).toEqual([]);
    await restart();
  });

  test("cannot be one and a copy of it", async () => {
    await driver.stop();
    const copy = sandbox.path("copy");
    await cp(sandbox.pool, copy, { recursive: true });
    const words = ["driver", "--endpoint", `unix://${sandbox.path("csi.sock")}`];
    const { exitCode, stderr } = await kura([...words, "--pool", sandbox.pool, "--pool", `copy=${copy}`]);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^kura: the pools default and copy are both [0-9a-f]{8}: one is a copy of the other/),
    ]);
    await restart();
  });
});

test("directories lie in several pools too", async () => {
  await using sandbox = await makeSandbox();
  const shared = sandbox.path("shared");
  const flags = ["--backend", "hostpath", "--pool", sandbox.pool, "--pool", `shared=${shared}`];
  await using driver = await startTestDriver(sandbox, { flags });
  const co = new Co(sandbox, driver);
  const volume = await co.create("dir", { parameters: { pool: "shared", mode: "0700" } });
  const found = await stat(join(shared, "volumes", volume.id, "data"));
  expect([found.isDirectory(), found.mode & 0o777]).toEqual([true, 0o700]);
  const snapshot = await co.snapshot("dir", volume);
  await eventually(async () => expect((await co.snapshot("dir", volume)).readyToUse).toBe(true));
  expect((await stat(join(shared, "snapshots", snapshot.snapshotId, "data"))).isDirectory()).toBe(true);
  const moved = co.create("moved", { source: fromSnapshot(snapshot), parameters: { pool: "default" } });
  expect(await refusalOf(moved)).toMatch(/^INVALID_ARGUMENT: the snapshot .* lies in the pool shared/);
  await co.delete(volume);
});
