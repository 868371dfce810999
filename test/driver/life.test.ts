import { readdir, readFile, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, must } from "../support/command.ts";
import { loopsOf, mountsOf } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();

/** What a pod leaves of the sandbox's devices and mounts when it has gone: only the pool's own loop device. */
async function expectNothingLeft(): Promise<void> {
  expect(await mountsOf(at.sandbox)).toEqual([]);
  expect((await loopsOf(at.sandbox.folder)).filter((line) => !line.endsWith("pool.img"))).toEqual([]);
}

describe("the life of a volume, every call made twice", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)("with %s: data outlives pods", async (use) => {
    const wish = { use, bytes: 320 * MiB, limitBytes: 320 * MiB };
    const volume = await at.co.create(`life-${use}`, wish);
    expect(await at.co.create(`life-${use}`, wish)).toEqual(volume);
    expect(volume.sizeBytes).toBe(320 * MiB);
    for (const pod of ["first", "second"]) {
      await at.co.stage(volume);
      await at.co.stage(volume);
      await at.co.publish(volume);
      await at.co.publish(volume);
      if (pod === "first") {
        expect(await readdir(volume.target), "a fresh mount is empty").toEqual([]);
        await writeFile(join(volume.target, "data"), "kept");
      } else expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");
      expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", volume.target)).toBe(use);
      await at.co.unpublish(volume);
      await at.co.unpublish(volume);
      await at.co.unstage(volume);
      await at.co.unstage(volume);
    }
    await at.co.delete(volume);
    await at.co.delete(volume);
    await expectNothingLeft();
  });

  test("as raw blocks: data outlives pods", async () => {
    const volume = await at.co.create("life-block", { use: "block", bytes: 5 * MiB + 512 });
    expect(volume.sizeBytes).toBe(5 * MiB + 512);
    await at.co.stage(volume);
    await at.co.stage(volume);
    await at.co.publish(volume);
    await at.co.publish(volume);
    expect(await must("blockdev", "--getsize64", volume.target)).toBe(String(5 * MiB + 512));
    await must("sh", "-c", 'printf kept | dd of="$1" conv=fsync status=none', "sh", volume.target);
    await at.co.hide(volume);
    await at.co.show(volume);
    expect((await readFile(volume.target)).subarray(0, 4).toString()).toBe("kept");
    await at.co.hide(volume);
    await at.co.hide(volume);
    await at.co.delete(volume);
    await expectNothingLeft();
  });
});

describe("a size", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)("is a limit: writes beyond it fail with %s", async (use) => {
    const volume = await at.co.start(`limit-${use}`, { use, bytes: 320 * MiB });
    const file = join(volume.target, "flood");
    const { exitCode, stderr } = await command(["dd", "if=/dev/zero", `of=${file}`, "bs=1M", "count=400"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/No space left on device/);
    expect((await stat(file)).size).toBeLessThan(320 * MiB);
    const { blocks, bsize } = await statfs(volume.target);
    expect(blocks * bsize).toBeLessThanOrEqual(320 * MiB);
    await at.co.end(volume);
  });

  test("is a limit of raw blocks to the byte", async () => {
    const volume = await at.co.start("limit-block", { use: "block", bytes: 3 * 512 });
    const write = (bytes: number) =>
      command(["dd", "if=/dev/urandom", `of=${volume.target}`, "bs=1", `count=${bytes}`, "conv=fsync"]);
    expect((await write(3 * 512)).exitCode).toBe(0);
    expect((await write(3 * 512 + 1)).stderr).toMatch(/No space left on device/);
    await at.co.end(volume);
  });

  test("is a gibibyte where none is asked for, or what the limit allows", async () => {
    const volume = await at.co.create("default-size");
    expect(volume.sizeBytes).toBe(2 ** 30);
    const limited = await at.co.create("limited-size", { limitBytes: 100 * MiB + 100 });
    expect(limited.sizeBytes).toBe(100 * MiB);
    for (const made of [volume, limited]) await at.co.delete(made);
  });

  test("is exact for the largest there is room for, and 200 GiB cost next to nothing until they are written", async () => {
    for (const [use, mostMiB] of [
      ["ext4", 16],
      ["xfs", 128],
    ] as const) {
      const volume = await at.co.start(`huge-${use}`, { use, bytes: 200 * 2 ** 30 });
      const image = join(at.sandbox.pool, "volumes", volume.id, "data");
      await must("sync", "--file-system", volume.target);
      expect((await stat(image)).size).toBe(200 * 2 ** 30);
      expect((await stat(image)).blocks * 512).toBeLessThan(mostMiB * MiB);
      await at.co.end(volume);
    }
  });
});
