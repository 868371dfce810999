import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readMounts } from "../../src/host/mounts.ts";
import type { CoVolume } from "../support/co.ts";
import { must } from "../support/command.ts";
import { CrashWorld } from "../support/crash-world.ts";
import { eventually } from "../support/eventually.ts";
import { loopsNow } from "../support/loops.ts";
import { MiB, sumOf, writeData } from "./data.ts";

let world: CrashWorld;
beforeEach(async () => {
  world = await CrashWorld.make();
});
afterEach(() => world[Symbol.asyncDispose]());

/** What a power cut takes: the driver, the volumes' mounts and loop devices, and then perhaps the pool's own. */
async function cutPower(withPool: boolean): Promise<void> {
  const { folder, pool } = world.sandbox;
  await world.kill();
  await takeAway(`${folder}/kubelet/`, `${pool}/`);
  if (withPool) await takeAway(pool, `${pool}.img`);
}

async function takeAway(mountedBelow: string, filesBelow: string): Promise<void> {
  const mounts = (await readMounts()).filter(({ path }) => path.startsWith(mountedBelow)).reverse();
  // nothing more reaches the disk than what is there already: each filesystem must replay its log
  const filesystems = new Map(
    mounts.filter(({ fsType }) => fsType !== "devtmpfs").map(({ device, path }) => [device, path]),
  );
  for (const path of filesystems.values()) await must("xfs_io", "-x", "-c", "shutdown -f", path);
  for (const { path } of mounts) await must("umount", path);
  const loops = async () => (await loopsNow()).filter((line) => line.includes(` ${filesBelow}`));
  for (const line of await loops()) await must("losetup", "--detach", line.split(" ")[0] ?? "");
  await eventually(async () => expect(await loops()).toEqual([]));
}

/** kubelet's part after it: it stages and publishes what its pods use. */
async function showAgain(volume: CoVolume): Promise<void> {
  await world.co.stage(volume);
  await world.co.publish(volume);
}

describe("a reboot", () => {
  test.each([
    { what: "takes the volumes' mounts and loop devices", withPool: false },
    { what: "takes the pool image's own too", withPool: true },
  ])("that $what leaves every byte that was flushed", async ({ withPool }) => {
    const ext4 = await world.co.start("ext4", { bytes: 64 * MiB, use: "ext4" });
    const xfs = await world.co.start("xfs", { bytes: 300 * MiB, use: "xfs" });
    const block = await world.co.start("block", { bytes: 16 * MiB, use: "block" });
    const before = await world.picture();
    const sums = [await writeData(join(ext4.target, "data")), await writeData(join(xfs.target, "data"))];
    const raw = Buffer.alloc(MiB, "raw");
    await writeFile(block.target, raw, { flag: "r+", flush: true });

    await cutPower(withPool);
    await world.start();
    for (const volume of [ext4, xfs, block]) await showAgain(volume);

    expect([await sumOf(join(ext4.target, "data")), await sumOf(join(xfs.target, "data"))]).toEqual(sums);
    expect((await readFile(block.target)).subarray(0, MiB).equals(raw)).toBe(true);
    expect(await world.picture()).toEqual(before);
    for (const volume of [ext4, xfs, block]) await world.end(volume);
  });
});
