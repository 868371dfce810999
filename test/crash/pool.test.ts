import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { CrashWorld } from "../support/crash-world.ts";
import { mainFile } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { kura } from "../support/kura.ts";
import { sha256 } from "../support/picture.ts";
import { expectData, MiB, mountedWithData, sumOf, writeData } from "./data.ts";

let world: CrashWorld;
afterEach(() => world[Symbol.asyncDispose]());

const GiB = 2 ** 30;
const wish = { bytes: 64 * MiB, use: "ext4" } as const;
const recordOf = ({ id }: Pick<CoVolume, "id">, copy = "") =>
  world.sandbox.path("pool", "volumes", id, `volume.json${copy}`);
const damage = (path: string) => writeFile(path, "{ this is not");

/** Names, sizes and contents of everything in the pool but what is on loan to the process that looks. */
async function contentsOf(pool: string): Promise<readonly string[]> {
  const names = (await readdir(pool, { recursive: true })).filter((name) => !name.endsWith("lock")).sort();
  const lines = names.map(async (name) => {
    const found = await stat(join(pool, name));
    const sum = found.isFile() && found.size < MiB ? sha256(await readFile(join(pool, name))) : "";
    return `${name} ${found.mtimeMs} ${found.size} ${sum}`;
  });
  return Promise.all(lines);
}

/** What a driver says that does not start. */
async function startRefused(): Promise<string> {
  const { folder, pool } = world.sandbox;
  const argv = [process.execPath, mainFile, "driver", "--endpoint", `unix://${folder}/second.sock`, "--pool", pool];
  const { exitCode, stderr } = await command(argv, { timeoutMs: 30_000 });
  expect(exitCode, stderr).toBe(2);
  return stderr.trim();
}

describe("a pool", () => {
  test("has one driver: a second one names the first and writes nothing", async () => {
    world = await CrashWorld.make();
    await world.co.create("kept", wish);
    const before = await contentsOf(world.sandbox.pool);
    const { endpoint, process: first } = world.driver;
    expect(await startRefused()).toBe(
      `kura: the pool ${world.sandbox.pool} is held by process ${first.pid}, which serves ${endpoint}`,
    );
    expect(await contentsOf(world.sandbox.pool)).toEqual(before);
  });

  test("of a newer format is refused before anything is written", async () => {
    world = await CrashWorld.make();
    await world.co.create("kept", wish);
    await world.kill();
    const config = world.sandbox.path("pool", "pool.json");
    await writeFile(config, (await readFile(config, "utf8")).replace('"version":1', '"version":2'));
    const before = await contentsOf(world.sandbox.pool);
    expect(await startRefused()).toContain("cannot be opened");
    expect(await startRefused()).toContain("format 2 is not known to this version");
    expect(await contentsOf(world.sandbox.pool)).toEqual(before);
  });

  test("loses a group's record that was only half written, and nothing else", async () => {
    world = await CrashWorld.make();
    const { volume } = await mountedWithData(world, "kept", wish);
    await world.call("CreateVolumeGroupSnapshot", { name: "kept", sourceVolumeIds: [volume.id] });
    const before = await world.picture();
    await world.kill();
    const [record = ""] = await readdir(world.sandbox.path("pool", "groups"));
    for (const copy of [".json.new", ".json.copy.new"])
      await writeFile(world.sandbox.path("pool", "groups", record.replace(/.{6}\.json.*/, `ffffff${copy}`)), "{");
    await world.start();
    expect(await world.picture()).toEqual(before);
  });

  test("that is full refuses what is new, fails writes, outlives a kill, and goes on when there is room again", async () => {
    world = await CrashWorld.make([], { poolBytes: GiB });
    const { volume, sum } = await mountedWithData(world, "kept", wish);
    const flood = await world.co.start("flood", { bytes: 4 * GiB, use: "block" });
    const { exitCode, stderr } = await command(["dd", "if=/dev/zero", `of=${flood.target}`, "bs=1M", "oflag=direct"]);
    expect(exitCode, "4 GiB fit into a pool of one").not.toBe(0);
    expect(stderr).toMatch(/error|No space/);
    // to the last block; perhaps there is not even room for the file itself
    const rest = world.sandbox.path("pool", "rest");
    expect((await command(["dd", "if=/dev/zero", `of=${rest}`, "bs=4k"])).stderr).toContain("No space");
    const newThings = [
      () => world.co.create("new", wish),
      () => world.co.create("new", { ...wish, parameters: { thin: "false" } }),
      () => world.co.snapshot("new", volume),
    ];
    for (const make of newThings) expect(await refusalOf(make())).toMatch(/^RESOURCE_EXHAUSTED/);
    expect(await world.co.health(volume)).toEqual(["DEGRADED/PoolOutOfSpace"]);
    await world.kill();
    await world.start();
    expect(await sumOf(join(volume.target, "data"))).toBe(sum);
    await world.end(flood);
    await rm(rest, { force: true });
    await eventually(async () => expect(await world.co.health(volume)).toEqual([]));
    const snapshot = await world.co.snapshot("new", volume);
    await world.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    await world.co.hide(volume);
    await world.co.show(volume);
    expect(await sumOf(join(volume.target, "data"))).toBe(sum);
    await writeData(join(volume.target, "more"));
    await world.end(volume);
  });

  test("that is deleted from while its driver is killed gives the space back", async () => {
    world = await CrashWorld.make();
    const before = await world.picture();
    for (const restMs of [0, 190, 200, 205, 210]) {
      const volumes = await Promise.all(
        ["a", "b", "c", "d"].map((name) => world.co.create(name, { ...wish, parameters: { thin: "false" } })),
      );
      await Promise.all(volumes.map((volume) => world.co.delete(volume)));
      await new Promise((resolve) => setTimeout(resolve, restMs));
      await world.kill();
      await world.start();
      const trash = () => readdir(world.sandbox.path("pool", "trash"));
      await eventually(async () => expect(await trash()).toEqual([]));
      expect(await world.picture()).toEqual(before);
    }
  });
});

describe("a group snapshot", () => {
  interface Group {
    readonly groupSnapshotId: string;
    readonly snapshots: readonly { readonly snapshotId: string; readonly sourceVolumeId: string }[];
  }
  const idsOf = ({ snapshots }: Group) => snapshots.map(({ snapshotId }) => snapshotId);
  const folderOf = (snapshot: string) => world.sandbox.path("pool", "snapshots", snapshot);
  const end = (group: Group) =>
    world.call("DeleteVolumeGroupSnapshot", { groupSnapshotId: group.groupSnapshotId, snapshotIds: idsOf(group) });

  /** Two volumes, and how a snapshot of both is asked for. */
  async function makeTwo() {
    world = await CrashWorld.make();
    const [first, second] = [
      await mountedWithData(world, "first", wish),
      await mountedWithData(world, "second", wish),
    ] as const;
    const request = { name: "both", sourceVolumeIds: [first.volume.id, second.volume.id] };
    const cut = async () =>
      (await world.call<{ groupSnapshot: Group }>("CreateVolumeGroupSnapshot", request)).groupSnapshot;
    /** The group exists, and its members wait for their names. */
    const firstRename = () => world.pointAt("before rename", cut);
    return { first, second, request, cut, firstRename };
  }

  test("whose members still wait for their names loses none to `kura pool gc`", async () => {
    const { first, second, request, cut, firstRename } = await makeTwo();
    const point = await firstRename();
    await end(await cut());
    const before = await world.picture();
    await world.cut(point, (client) => client.call("CreateVolumeGroupSnapshot", request));
    const { pool } = world.sandbox;
    expect(await kura(["pool", "check", "--pool", pool])).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/group .* lacks its member .*\n {2}→ start the driver, which finishes it\n/),
    });
    expect(await kura(["pool", "gc", "--delete", "--pool", pool])).toMatchObject({
      exitCode: 0,
      stdout: "nothing to clear away\n",
    });
    await world.start();
    const group = await cut();
    for (const [index, { volume, sum }] of [first, second].entries()) {
      expect(group.snapshots[index]?.sourceVolumeId).toBe(volume.id);
      await expectData(world, `snapshots/${group.snapshots[index]?.snapshotId}`, "ext4", sum);
    }
    await end(group);
    expect(await world.picture()).toEqual(before);
  });

  test("that could not be finished is not answered with fewer members: the next call for it finishes it", async () => {
    const { second, request, cut, firstRename } = await makeTwo();
    const point = await firstRename();
    await end(await cut());
    const before = await world.picture();
    await world.haltAt(point);
    const refused = refusalOf(world.driver.client.call("CreateVolumeGroupSnapshot", request));
    const waiting = async () =>
      (await readdir(world.sandbox.path("pool", "snapshots"))).filter((name) => name.startsWith(".new-"));
    await eventually(async () =>
      expect(await must("ps", "-o", "stat=", "-p", String(world.driver.process.pid))).toMatch(/^T/),
    );
    const recordIn = (name: string) => readFile(join(folderOf(name), "snapshot.json"), "utf8");
    let last = "";
    for (const name of await waiting()) if ((await recordIn(name)).includes(second.volume.id)) last = name;
    const inTheWay = folderOf(last.replace(".new-", ""));
    await mkdir(join(inTheWay, "somebody's"), { recursive: true });
    world.driver.process.kill("SIGCONT");
    expect(await refused).toContain("INTERNAL");
    await rm(inTheWay, { recursive: true });
    expect(await waiting()).toEqual([last]);
    const group = await cut();
    expect(group.snapshots.map(({ sourceVolumeId }) => sourceVolumeId)).toEqual(request.sourceVolumeIds);
    expect(await waiting()).toEqual([]);
    for (const snapshotId of idsOf(group)) await world.call("GetSnapshot", { snapshotId });
    await end(group);
    expect(await world.picture()).toEqual(before);
  });

  test("of which a member is gone is an error, until it is deleted", async () => {
    const { request, cut } = await makeTwo();
    const before = await world.picture();
    const group = await cut();
    const [lost = ""] = idsOf(group);
    await world.kill();
    await rm(folderOf(lost), { recursive: true });
    await world.start();
    const { client } = world.driver;
    const { groupSnapshotId } = group;
    const refusal = `UNAVAILABLE: group snapshot ${groupSnapshotId} lacks its member ${lost}`;
    expect(await refusalOf(client.call("CreateVolumeGroupSnapshot", request))).toContain(refusal);
    expect(await refusalOf(client.call("GetVolumeGroupSnapshot", { groupSnapshotId }))).toContain(refusal);
    await end(group);
    expect(await world.picture()).toEqual(before);
    expect((await cut()).snapshots).toHaveLength(2);
  });
});

describe("a record", () => {
  test.each(["", ".copy"])("of which the copy volume.json%s is damaged is read from the other", async (copy) => {
    world = await CrashWorld.make();
    const { volume, sum } = await mountedWithData(world, "kept", wish);
    await world.kill();
    await damage(recordOf(volume, copy));
    await world.start();
    await world.co.hide(volume);
    await world.co.show(volume);
    expect(await sumOf(join(volume.target, "data"))).toBe(sum);
    expect(await world.co.health(volume)).toEqual([]);
  });

  test.each([
    ["damaged", async (volume: CoVolume) => Promise.all(["", ".copy"].map((copy) => damage(recordOf(volume, copy))))],
    [
      "of a newer format, beside an older copy",
      async (volume: CoVolume) => {
        const text = await readFile(recordOf(volume), "utf8");
        await writeFile(recordOf(volume), text.replace('"version":1', '"version":2'));
      },
    ],
  ])("that is %s keeps its volume's id, name and bytes; the others are served", async (_, spoil) => {
    world = await CrashWorld.make();
    const { volume, sum } = await mountedWithData(world, "lost", wish);
    const { volume: other } = await mountedWithData(world, "other", wish);
    await world.kill();
    await spoil(volume);
    const { client } = await world.start().then(() => world.driver);
    const listed = await client.call<{ entries: { volume: { volumeId: string } }[] }>("ListVolumes");
    expect(listed.entries.map((entry) => entry.volume.volumeId).sort()).toEqual([volume.id, other.id].sort());
    expect(await world.co.health(volume)).toEqual(["INACCESSIBLE/RecordUnreadable"]);
    expect(await refusalOf(client.call("DeleteVolume", { volumeId: volume.id }))).toContain("UNAVAILABLE");
    const again = { name: "lost", volumeCapabilities: [volume.capability] };
    expect(await refusalOf(client.call("CreateVolume", again))).toContain("UNAVAILABLE");
    expect(await sumOf(join(volume.target, "data"))).toBe(sum);
    await world.end(other);
    const names = await readdir(world.sandbox.path("pool", "volumes"));
    expect(names).toEqual([volume.id]);
  });
});
