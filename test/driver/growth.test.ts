import { readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canGrowExtMounted } from "../support/capabilities.ts";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();

const expand = ({ id }: Pick<CoVolume, "id">, requiredBytes: number, limitBytes = 0) =>
  at.co.call<{ capacityBytes: string; nodeExpansionRequired: boolean }>("ControllerExpandVolume", {
    volumeId: id,
    capacityRange: { requiredBytes, limitBytes },
  });
const expandOnNode = ({ id, target }: CoVolume, requiredBytes = 0) =>
  at.co.call("NodeExpandVolume", { volumeId: id, volumePath: target, capacityRange: { requiredBytes } });
const sizeOf = async ({ target }: CoVolume): Promise<number> => {
  const { blocks, bsize } = await statfs(target);
  return blocks * bsize;
};

describe("a volume grows while it is used", () => {
  test.each(["xfs", "btrfs"] as const)("with %s, and asking again changes nothing", async (use) => {
    const volume = await at.co.start(`online-${use}`, { use, bytes: 512 * MiB });
    await writeFile(join(volume.target, "data"), "kept");
    for (let round = 0; round < 2; round += 1) {
      expect(await expand(volume, 768 * MiB)).toEqual({
        capacityBytes: String(768 * MiB),
        nodeExpansionRequired: true,
      });
      expect(await expandOnNode(volume)).toEqual({ capacityBytes: String(768 * MiB) });
    }
    expect(await sizeOf(volume)).toBeGreaterThan(680 * MiB);
    expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");
    await at.co.end(volume);
  });

  test.each([
    ["xfs", 300 * MiB],
    ["btrfs", 256 * MiB],
  ] as const)("with %s, from the least size that it may have", async (use, bytes) => {
    expect(await refusalOf(at.co.create(`less-${use}`, { use, bytes: bytes - 512, limitBytes: bytes - 512 }))).toMatch(
      /^OUT_OF_RANGE/,
    );
    const volume = await at.co.start(`least-${use}`, { use, bytes });
    await expand(volume, bytes + MiB);
    expect(await expandOnNode(volume)).toEqual({ capacityBytes: String(bytes + MiB) });
    await at.co.end(volume);
  });

  test("as raw blocks, at once and without the node", async () => {
    const volume = await at.co.start("online-block", { use: "block", bytes: 8 * MiB });
    expect(await expand(volume, 12 * MiB + 512)).toEqual({
      capacityBytes: String(12 * MiB + 512),
      nodeExpansionRequired: false,
    });
    expect(await must("blockdev", "--getsize64", volume.target)).toBe(String(12 * MiB + 512));
    expect(await expandOnNode(volume)).toEqual({ capacityBytes: String(12 * MiB + 512) });
    await at.co.end(volume);
  });

  test("with ext4 where the kernel allows it; elsewhere it says why, and grows at the next stage", async () => {
    const volume = await at.co.start("online-ext4", { use: "ext4", bytes: 64 * MiB });
    await writeFile(join(volume.target, "data"), "kept");
    await expand(volume, 128 * MiB);
    if (await canGrowExtMounted()) await expandOnNode(volume);
    else {
      expect(await refusalOf(expandOnNode(volume))).toMatch(
        /^FAILED_PRECONDITION: the device has grown.*lacks the capability SYS_RESOURCE.*unpublish and unstage/,
      );
      await at.co.hide(volume);
      await at.co.show(volume);
      await expandOnNode(volume);
    }
    expect(await sizeOf(volume)).toBeGreaterThan(110 * MiB);
    expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");
    await at.co.end(volume);
  });
});

describe("a volume that grew while nobody used it", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)(
    "is as large as it should be once it is staged: %s",
    async (use) => {
      const volume = await at.co.start(`offline-${use}`, { use, bytes: 320 * MiB });
      await at.co.hide(volume);
      await expand(volume, 640 * MiB);
      await at.co.show(volume);
      expect(await sizeOf(volume)).toBeGreaterThan(560 * MiB);
      await at.co.end(volume);
    },
  );
});

describe("growth is refused", () => {
  test.each([
    [
      "beyond its own limit",
      32 * MiB,
      16 * MiB,
      /^OUT_OF_RANGE: capacity_range: required_bytes 33554432 exceeds limit_bytes 16777216$/,
    ],
    [
      "to less than there is",
      0,
      8 * MiB,
      /^OUT_OF_RANGE: volume .* has 16777216 bytes, more than limit_bytes 8388608, and never shrinks$/,
    ],
    ["to nothing", 0, 0, /^INVALID_ARGUMENT: capacity_range is required$/],
    ["beyond all there is", 2 ** 52, 0, /^RESOURCE_EXHAUSTED: the pool cannot promise/],
  ] as const)("%s", async (_, requiredBytes, limitBytes, said) => {
    const volume = await at.co.create("refused", { use: "ext4", bytes: 16 * MiB });
    expect(await refusalOf(expand(volume, requiredBytes, limitBytes))).toMatch(said);
    expect((await at.co.create("refused", { use: "ext4", bytes: 16 * MiB })).sizeBytes).toBe(16 * MiB);
  });

  test("of what is not there, and on the node before the controller", async () => {
    expect(await refusalOf(expand({ id: "nobody" }, MiB))).toMatch(/^NOT_FOUND: volume nobody does not exist/);
    const volume = await at.co.start("node-first", { use: "xfs", bytes: 320 * MiB });
    expect(await refusalOf(expandOnNode(volume, 640 * MiB))).toMatch(
      /^OUT_OF_RANGE: .*call ControllerExpandVolume first/,
    );
    await at.co.end(volume);
  });

  test("of less than the volume has: it stays as large as it is", async () => {
    const volume = await at.co.create("kept-size", { use: "ext4", bytes: 32 * MiB });
    expect(await expand(volume, 16 * MiB)).toMatchObject({ capacityBytes: String(32 * MiB) });
    await at.co.delete(volume);
  });

  test("never: a grown volume still answers the retry of its own creation", async () => {
    const wish = { use: "ext4", bytes: 16 * MiB, limitBytes: 24 * MiB } as const;
    const volume = await at.co.create("retry-after-growth", wish);
    await expand(volume, 64 * MiB);
    const again = await at.co.create("retry-after-growth", wish);
    expect(again).toEqual({ ...volume, sizeBytes: 64 * MiB });
    await at.co.delete(volume);
  });
});
