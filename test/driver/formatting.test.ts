import { randomBytes } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, capabilityOf, refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();

const imageOf = ({ id }: CoVolume): string => join(at.sandbox.pool, "volumes", id, "data");
const hashOf = async (path: string): Promise<string | undefined> => (await must("sha256sum", path)).split(" ")[0];

describe("what is on a volume is never formatted over", () => {
  test.each([
    ["another filesystem of ours", 320 * MiB, (image: string) => must("mkfs.xfs", "-q", image), "xfs"],
    ["the same filesystem, made by somebody else", 8 * MiB, (image: string) => must("mkfs.ext4", "-qF", image), "ext4"],
    ["a filesystem that is none of ours", 8 * MiB, (image: string) => must("mkswap", image), "swap"],
    ["a filesystem that lost its beginning", 320 * MiB, makeExt4WithoutBeginning, "data that is no filesystem"],
    ["a partition table", 8 * MiB, writePartitionTable, "a dos partition table"],
  ] as const)("%s, on a volume that was never staged", async (what, bytes, write, holds) => {
    const volume = await at.co.create(what, { use: bytes > 8 * MiB ? "btrfs" : "ext4", bytes });
    await write(imageOf(volume));
    const before = await hashOf(imageOf(volume));
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      new RegExp(`^FAILED_PRECONDITION: volume .* holds ${holds}; it is never formatted over$`),
    );
    expect(await hashOf(imageOf(volume))).toBe(before);
    await at.co.end(volume);
  });

  test("data without any signature, on a volume that was raw blocks before", async () => {
    const volume = await madeForBoth("was-block");
    const asBlock = { ...volume, capability: capabilityOf("block") };
    await at.co.show(asBlock);
    await writeFile(asBlock.target, randomBytes(4096));
    await at.co.hide(asBlock);
    const before = await hashOf(imageOf(volume));
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^FAILED_PRECONDITION: volume .* holds data that is no filesystem; what was once written/,
    );
    expect(await hashOf(imageOf(volume))).toBe(before);
    await at.co.end(volume);
  });

  test("raw blocks that were shown to somebody, even if they read as zeros", async () => {
    const volume = await madeForBoth("shown-once");
    const asBlock = { ...volume, capability: capabilityOf("block") };
    await at.co.show(asBlock);
    await at.co.hide(asBlock);
    expect(await refusalOf(at.co.stage(volume))).toMatch(/^FAILED_PRECONDITION: .* is never formatted over/);
    await at.co.end(volume);
  });

  test("a filesystem that has vanished: what was there is for a person to find", async () => {
    const volume = await at.co.start("vanished", { use: "ext4", bytes: 32 * MiB });
    await at.co.hide(volume);
    await truncate(imageOf(volume), 0);
    await truncate(imageOf(volume), 32 * MiB);
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^FAILED_PRECONDITION: volume .* holds no filesystem; what was once written/,
    );
    await at.co.end(volume);
  });

  test("a filesystem of another type than is asked for now", async () => {
    const volume = await at.co.start("asked-otherwise", { use: "ext4", bytes: 320 * MiB });
    await at.co.hide(volume);
    const asXfs = { volumeCapability: capabilityOf("xfs") };
    expect(await refusalOf(at.co.stage(volume, asXfs))).toMatch(/^FAILED_PRECONDITION: volume .* has ext4, not xfs$/);
    await at.co.end(volume);
  });

  async function madeForBoth(name: string): Promise<CoVolume> {
    const volume = await at.co.create(`${name}-paths`, { use: "ext4", bytes: 32 * MiB });
    const made = await at.co.call<{ volume: { volumeId: string } }>("CreateVolume", {
      name,
      capacityRange: { requiredBytes: 32 * MiB },
      volumeCapabilities: [capabilityOf("block"), capabilityOf("ext4")],
    });
    await at.co.delete(volume);
    return { ...volume, id: made.volume.volumeId };
  }
});

async function makeExt4WithoutBeginning(image: string): Promise<void> {
  await must("mkfs.ext4", "-qF", "-b", "4096", image);
  await writeFile(image, Buffer.alloc(MiB), { flag: "r+" });
}

/** A master boot record with one partition of Linux, as fdisk writes it. */
async function writePartitionTable(image: string): Promise<void> {
  const record = Buffer.alloc(512);
  record.set([0, 0, 2, 0, 0x83, 0, 0, 0], 446);
  record.writeUInt32LE(8, 454);
  record.writeUInt32LE(1024, 458);
  record.writeUInt16LE(0xaa55, 510);
  await writeFile(image, record, { flag: "r+" });
}
