import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CallError } from "../../src/grpc/client.ts";
import { type CoVolume, refusalOf, type VolumeWish } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { metricsOf } from "../support/http.ts";
import { freePort } from "../support/port.ts";
import { type Shared, withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const roomIn = async ({ co }: Shared, request: object = {}): Promise<number> =>
  Number((await co.call<{ availableCapacity: string }>("GetCapacity", request)).availableCapacity);

describe("a pool that promises what it has", () => {
  const at = withDriver({ poolBytes: GiB, flags: ["--overprovision", "1"] });
  const thick: VolumeWish = { use: "block", parameters: { thin: "false" } };

  test("keeps a reserve, takes what is asked for, and gives it back when it is deleted", async () => {
    const room = await roomIn(at);
    expect(room).toBeLessThan(0.96 * GiB);
    const volume = await at.co.create("taken", { use: "block", bytes: 512 * MiB });
    expect(room - (await roomIn(at))).toBe(512 * MiB);
    expect(await refusalOf(at.co.create("beyond", { use: "block", bytes: room }))).toMatch(
      /^RESOURCE_EXHAUSTED: the pool cannot promise \d+ bytes: it has room for \d+ bytes more/,
    );
    await at.co.delete(volume);
    await eventually(async () => expect(await roomIn(at)).toBe(room));
  });

  test("gives its last room to one of two who ask for it at a time", async () => {
    const bytes = Math.floor(((await roomIn(at)) * 0.6) / 512) * 512;
    for (const wish of [{ use: "block", bytes } as const, { ...thick, bytes }]) {
      const answers = await Promise.allSettled(["first", "second"].map((name) => at.co.create(name, wish)));
      const made = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      const [refused] = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as CallError] : []));
      expect(made).toHaveLength(1);
      expect(refused?.code).toBe("RESOURCE_EXHAUSTED");
      const before = await roomIn(at);
      for (const volume of made) await at.co.delete(volume);
      await eventually(async () => expect(await roomIn(at)).toBeGreaterThan(before));
    }
  });

  test("has none in another place", async () => {
    const elsewhere = { segments: { "topology.loop.csi.kura.dev/node": "node-b" } };
    expect(await roomIn(at, { accessibleTopology: elsewhere })).toBe(0);
    const create = at.co.call("CreateVolume", {
      name: "elsewhere",
      volumeCapabilities: [{ block: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } }],
      accessibilityRequirements: { requisite: [elsewhere] },
    });
    expect(await refusalOf(create)).toMatch(/^RESOURCE_EXHAUSTED: the pool of node node-a cannot be reached/);
  });
});

describe("claims that are larger than the disk", async () => {
  const port = await freePort();
  const at = withDriver({ poolBytes: 600 * MiB, flags: ["--overprovision", "5000", "--http", `127.0.0.1:${port}`] });
  const low = async () => (await metricsOf(port)).get("kura_pool_low");

  test("work until real bytes run low; then it is seen in health and metrics before writes fail", async () => {
    const volumes = [];
    for (let index = 0; index < 8; index += 1)
      volumes.push(await at.co.create(`claim-${index}`, { use: "block", bytes: 256 * GiB }));
    const [volume] = volumes;
    if (volume === undefined) throw new Error("no volume was made");
    await at.co.show(volume);
    expect(await at.co.health(volume)).toEqual([]);
    expect(await low()).toBe(0);

    const { freeBytes } = await poolStatus();
    const fill = Math.floor((freeBytes - 20 * MiB) / MiB);
    await must("dd", "if=/dev/zero", `of=${volume.target}`, "bs=1M", `count=${fill}`, "oflag=direct");
    expect(await at.co.health(volume)).toEqual(["DEGRADED/PoolOutOfSpace"]);
    expect(await low()).toBe(1);
    const { backendHealth } = await at.co.call<{ backendHealth: object[] }>("NodeGetStorageHealth");
    expect(backendHealth).toMatchObject([{ status: "STORAGE_DEGRADED", reason: "PoolOutOfSpace" }]);
    expect(await roomIn(at)).toBe(0);
    expect(await refusalOf(at.co.create("too-late", { bytes: 32 * MiB }))).toMatch(
      /^RESOURCE_EXHAUSTED: .*less than its reserve/,
    );
    expect(await refusalOf(at.co.snapshot("too-late", volume))).toMatch(/^RESOURCE_EXHAUSTED: .*less than its reserve/);

    await must("dd", "if=/dev/zero", `of=${volume.target}`, "bs=1M", "count=8", `seek=${fill}`, "oflag=direct");
    await must("blkdiscard", volume.target);
    await eventually(async () => expect(await at.co.health(volume)).toEqual([]));
    expect(await low()).toBe(0);
    for (const made of volumes) await at.co.end(made);
  });

  async function poolStatus(): Promise<{ freeBytes: number }> {
    const metrics = await metricsOf(port);
    return { freeBytes: metrics.get("kura_pool_free_bytes") ?? 0 };
  }
});

/** What the image of a volume takes of the pool. */
const takenBy = async ({ sandbox }: Shared, { id }: CoVolume): Promise<number> => {
  await must("sync", "--file-system", sandbox.pool);
  return Number(await must("stat", "--format=%b", join(sandbox.pool, "volumes", id, "data"))) * 512;
};

/** A pod writes 64 MiB and removes them; what its volume takes of the pool with them, and without. */
async function writeAndRemove(at: Shared, volume: CoVolume) {
  const file = join(volume.target, "data");
  await must("dd", "if=/dev/urandom", `of=${file}`, "bs=1M", "count=64", "conv=fsync");
  const written = await takenBy(at, volume);
  await must("rm", file);
  await must("sync", "--file-system", volume.target);
  return { written, removed: await takenBy(at, volume) };
}

describe("a volume that is promised thin", () => {
  const at = withDriver({ poolBytes: GiB });

  test.each(["ext4", "xfs"] as const)("gives back to the pool what its user trims: %s", async (use) => {
    const volume = await at.co.start(`trimmed-${use}`, { use, bytes: 320 * MiB });
    const { written, removed } = await writeAndRemove(at, volume);
    expect(removed).toBeGreaterThan(written - MiB);
    await must("fstrim", volume.target);
    expect(await takenBy(at, volume)).toBeLessThan(written - 56 * MiB);
    await at.co.end(volume);
  });
});

describe("a volume that is promised in full", async () => {
  const port = await freePort();
  const at = withDriver({ poolBytes: GiB, flags: ["--http", `127.0.0.1:${port}`] });
  const promised = async () => (await metricsOf(port)).get("kura_pool_promised_thick_bytes");

  test("keeps what its user trims, for the bytes are his", async () => {
    const parameters = { thin: "false" };
    const volume = await at.co.start("kept", { use: "ext4", bytes: 128 * MiB, parameters });
    const { written } = await writeAndRemove(at, volume);
    expect(written).toBeGreaterThanOrEqual(128 * MiB);
    expect((await command(["fstrim", volume.target])).stderr).toMatch(/not supported/);
    expect(await takenBy(at, volume)).toBe(written);
    await at.co.end(volume);
  });

  test("has all its bytes from the start, and again when it grows", async () => {
    await eventually(async () => expect(await promised()).toBe(0));
    const volume = await at.co.create("thick", { use: "block", bytes: 64 * MiB, parameters: { thin: "false" } });
    expect(await takenBy(at, volume)).toBeGreaterThanOrEqual(64 * MiB);
    expect(await promised()).toBe(64 * MiB);
    await at.co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 128 * MiB } });
    expect(await takenBy(at, volume)).toBeGreaterThanOrEqual(128 * MiB);
    expect(await promised()).toBe(128 * MiB);
    await at.co.delete(volume);
    await eventually(async () => expect(await promised()).toBe(0));
  });

  test("is refused where it does not fit, though thin ones would", async () => {
    expect(await refusalOf(at.co.create("too-thick", { bytes: 2 * GiB, parameters: { thin: "false" } }))).toMatch(
      /^RESOURCE_EXHAUSTED: the pool cannot promise 2147483648 bytes in full/,
    );
    expect(await roomIn(at, { parameters: { thin: "false" } })).toBeLessThan(GiB);
    expect(await roomIn(at)).toBeGreaterThan(100 * GiB);
  });

  test("has more room once the bytes of what was deleted are given back", async () => {
    const volume = await at.co.start("counted", { use: "ext4", bytes: 256 * MiB });
    await writeFile(join(volume.target, "data"), Buffer.alloc(64 * MiB));
    await must("sync", "--file-system", volume.target);
    const room = await roomIn(at, { parameters: { thin: "false" } });
    await at.co.end(volume);
    await eventually(async () =>
      expect(await roomIn(at, { parameters: { thin: "false" } })).toBeGreaterThan(room + 32 * MiB),
    );
  });
});
