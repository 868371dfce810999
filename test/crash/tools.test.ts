import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { CrashWorld } from "../support/crash-world.ts";
import { loopsOf } from "../support/sandbox.ts";
import { sumOf, writeData } from "./data.ts";

let world: CrashWorld;
afterEach(() => world[Symbol.asyncDispose]());

/**
 * MiB/s of a device so slow that the tool is met at work; and no slower than that a kill is soon felt, since what the
 * tool has asked of the device is waited for.
 */
const slowly = { xfs: "8", ext4: "1" };
const GiB = 2 ** 30;

/** The tool that works on a volume's device now. */
async function toolOn(tool: string, { id }: CoVolume): Promise<number | undefined> {
  const [line] = await loopsOf(world.sandbox.path("pool", "volumes", id));
  const device = line?.split(" ")[0] ?? "none";
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    if (argv[0]?.endsWith(tool) && argv.includes(device)) return Number(pid);
  }
  return undefined;
}

async function untilAtWork(tool: string, volume: CoVolume): Promise<number> {
  for (const until = Date.now() + 20_000; Date.now() < until; await delay(10)) {
    const pid = await toolOn(tool, volume);
    if (pid !== undefined) return pid;
  }
  throw new Error(`${tool} was not met at work`);
}

/** Nobody waits for a slow device for longer than the test needs. */
const speedUp = ({ id }: CoVolume) =>
  world.call("ControllerModifyVolume", { volumeId: id, mutableParameters: { throughput: "0" } });

async function expectUsable(volume: CoVolume): Promise<void> {
  await world.co.show(volume);
  expect(await readdir(volume.target), "a fresh mount is empty").toEqual([]);
  const sum = await writeData(join(volume.target, "data"));
  await world.co.hide(volume);
  await world.co.show(volume);
  expect(await sumOf(join(volume.target, "data"))).toBe(sum);
}

async function fresh(use: "xfs" | "ext4"): Promise<CoVolume> {
  const volume = await world.co.create("fresh", { bytes: 4 * GiB, use, parameters: { throughput: slowly[use] } });
  await mkdir(dirname(volume.staging), { recursive: true });
  return volume;
}

/** A volume whose first stage ended when its tool was killed. */
async function withKilled(tool: string, use: "xfs" | "ext4"): Promise<CoVolume> {
  world = await CrashWorld.make();
  const volume = await fresh(use);
  const staged = refusalOf(world.driver.client.call("NodeStageVolume", stageRequest(volume)));
  process.kill(await untilAtWork(tool, volume), "SIGKILL");
  expect(await staged).toContain("killed by SIGKILL");
  await speedUp(volume);
  return volume;
}

describe.each([
  ["xfs", "mkfs.xfs"],
  ["ext4", "mkfs.ext4"],
] as const)("a first stage with %s", (use, tool) => {
  test(`of which ${tool} was killed is done again, from the start`, async () => {
    const volume = await withKilled(tool, use);
    await expectUsable(volume);
    await world.end(volume);
  });

  test(`of which ${tool} was killed does not keep a copy of the volume from being used`, async () => {
    const volume = await withKilled(tool, use);
    const source = { volume: { volumeId: volume.id } };
    const clone = await world.co.create("clone", { bytes: 4 * GiB, use, source });
    await expectUsable(clone);
    await world.end(clone);
    await expectUsable(volume);
    await world.end(volume);
  });

  test(`of which ${tool} outlives a killed driver waits for it: ABORTED, then done`, async () => {
    world = await CrashWorld.make();
    const volume = await fresh(use);
    const staged = world.driver.client.call("NodeStageVolume", stageRequest(volume)).catch(() => "cut");
    const pid = await untilAtWork(tool, volume);
    process.kill(pid, "SIGSTOP");
    try {
      await world.kill();
      expect(await staged).toBe("cut");
      await world.start();
      expect(await refusalOf(world.driver.client.call("NodeStageVolume", stageRequest(volume)))).toMatch(/^ABORTED/);
      expect(await toolOn(tool, volume), "and nobody ended it").toBe(pid);
      await speedUp(volume);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await expectUsable(volume);
    await world.end(volume);
  });
});

const stageRequest = ({ id, staging, capability }: CoVolume) => ({
  volumeId: id,
  stagingTargetPath: staging,
  volumeCapability: capability,
});
