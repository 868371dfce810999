import { readdir, readFile, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Co } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let driver: TestDriver;
let co: Co;

beforeAll(async () => {
  sandbox = await makeSandbox();
  driver = await startTestDriver(sandbox);
  co = new Co(sandbox, driver);
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

/** What a pod leaves of the sandbox's devices and mounts when it has gone: only the pool's own loop device. */
async function expectNothingLeft(): Promise<void> {
  expect(await mountsOf(sandbox)).toEqual([]);
  expect((await loopsOf(sandbox.folder)).filter((line) => !line.endsWith("pool.img"))).toEqual([]);
}

describe("the life of a volume, every call made twice", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)("with %s: data outlives pods", async (use) => {
    const wish = { use, bytes: 320 * MiB, limitBytes: 320 * MiB };
    const volume = await co.create(`life-${use}`, wish);
    expect(await co.create(`life-${use}`, wish)).toEqual(volume);
    expect(volume.sizeBytes).toBe(320 * MiB);
    for (const pod of ["first", "second"]) {
      await co.stage(volume);
      await co.stage(volume);
      await co.publish(volume);
      await co.publish(volume);
      if (pod === "first") {
        expect(await readdir(volume.target), "a fresh mount is empty").toEqual([]);
        await writeFile(join(volume.target, "data"), "kept");
      } else expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");
      expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", volume.target)).toBe(use);
      await co.unpublish(volume);
      await co.unpublish(volume);
      await co.unstage(volume);
      await co.unstage(volume);
    }
    await co.delete(volume);
    await co.delete(volume);
    await expectNothingLeft();
  });

  test("as raw blocks: data outlives pods", async () => {
    const volume = await co.create("life-block", { use: "block", bytes: 5 * MiB + 512 });
    expect(volume.sizeBytes).toBe(5 * MiB + 512);
    await co.stage(volume);
    await co.stage(volume);
    await co.publish(volume);
    await co.publish(volume);
    expect(await must("blockdev", "--getsize64", volume.target)).toBe(String(5 * MiB + 512));
    await must("sh", "-c", 'printf kept | dd of="$1" conv=fsync status=none', "sh", volume.target);
    await co.hide(volume);
    await co.show(volume);
    expect((await readFile(volume.target)).subarray(0, 4).toString()).toBe("kept");
    await co.hide(volume);
    await co.hide(volume);
    await co.delete(volume);
    await expectNothingLeft();
  });
});

describe("a size", () => {
  test.each(["ext4", "xfs", "btrfs"] as const)("is a limit: writes beyond it fail with %s", async (use) => {
    const volume = await co.start(`limit-${use}`, { use, bytes: 320 * MiB });
    const file = join(volume.target, "flood");
    const { exitCode, stderr } = await command(["dd", "if=/dev/zero", `of=${file}`, "bs=1M", "count=400"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/No space left on device/);
    expect((await stat(file)).size).toBeLessThan(320 * MiB);
    const { blocks, bsize } = await statfs(volume.target);
    expect(blocks * bsize).toBeLessThanOrEqual(320 * MiB);
    await co.end(volume);
  });

  test("is a limit of raw blocks to the byte", async () => {
    const volume = await co.start("limit-block", { use: "block", bytes: 3 * 512 });
    const write = (bytes: number) =>
      command(["dd", "if=/dev/urandom", `of=${volume.target}`, "bs=1", `count=${bytes}`, "conv=fsync"]);
    expect((await write(3 * 512)).exitCode).toBe(0);
    expect((await write(3 * 512 + 1)).stderr).toMatch(/No space left on device/);
    await co.end(volume);
  });

  test("is a gibibyte where none is asked for, or what the limit allows", async () => {
    const volume = await co.create("default-size");
    expect(volume.sizeBytes).toBe(2 ** 30);
    const limited = await co.create("limited-size", { limitBytes: 100 * MiB + 100 });
    expect(limited.sizeBytes).toBe(100 * MiB);
    for (const made of [volume, limited]) await co.delete(made);
  });

  test("is exact for the largest there is room for, and 200 GiB cost next to nothing until they are written", async () => {
    for (const [use, mostMiB] of [
      ["ext4", 16],
      ["xfs", 128],
    ] as const) {
      const volume = await co.start(`huge-${use}`, { use, bytes: 200 * 2 ** 30 });
      const image = join(sandbox.pool, "volumes", volume.id, "data");
      await must("sync", "--file-system", volume.target);
      expect((await stat(image)).size).toBe(200 * 2 ** 30);
      expect((await stat(image)).blocks * 512).toBeLessThan(mostMiB * MiB);
      await co.end(volume);
    }
  });
});
