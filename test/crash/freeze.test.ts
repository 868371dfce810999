import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { CrashWorld } from "../support/crash-world.ts";
import { eventually } from "../support/eventually.ts";
import { isFrozen } from "../support/frozen.ts";
import { MiB, mountedWithData, sumOf } from "./data.ts";

let world: CrashWorld;
afterEach(() => world[Symbol.asyncDispose]());

// xfs, for ext4 writes when it is thawed, which it cannot while the pool below it is frozen
const mounted = (name: string) => mountedWithData(world, name, { bytes: 300 * MiB, use: "xfs" });

/** The point of a snapshot's making at which that happens. */
async function pointOf(what: string, sourceVolumeId: string): Promise<number> {
  const request = { name: "probe", sourceVolumeId };
  const point = await world.pointAt(what, () => world.call("CreateSnapshot", request));
  const { snapshot } = await world.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", request);
  await world.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
  return point;
}

describe("a frozen filesystem", () => {
  test("that a killed driver leaves is thawed by the next start, and nobody else's is", async () => {
    world = await CrashWorld.make();
    const [ours, theirs] = [await mounted("ours"), await mounted("theirs")];
    const point = await pointOf("after freeze", ours.volume.id);
    await must("fsfreeze", "--freeze", theirs.volume.target);
    await world.cut(point, (client) => client.call("CreateSnapshot", { name: "cut", sourceVolumeId: ours.volume.id }));
    expect(await isFrozen(ours.volume.target), "the kill came in time").toBe(true);
    await world.start();
    expect(await isFrozen(ours.volume.target)).toBe(false);
    expect(await isFrozen(theirs.volume.target)).toBe(true);
    await must("fsfreeze", "--unfreeze", theirs.volume.target);
    expect(await sumOf(join(ours.volume.target, "data"))).toBe(ours.sum);
  });

  test("waits for a slow copy no longer than --max-freeze; the copy is finished all the same", async () => {
    world = await CrashWorld.make(["--max-freeze", "300ms"]);
    const { volume } = await mounted("slow");
    await world.haltAt(await pointOf("before clone-image", volume.id));
    const snapshot = world.co.snapshot("slow", volume);
    await untilHalted(world.driver.process.pid);
    // the copy cannot be written as long as the pool is frozen
    await must("fsfreeze", "--freeze", world.sandbox.pool);
    try {
      const writer = spawn("touch", [join(volume.target, "written")]);
      const written = once(writer, "exit").then(() => "written");
      expect(await Promise.race([written, delay(200, "waits")])).toBe("waits");
      world.driver.process.kill("SIGCONT");
      expect(await Promise.race([written, snapshot.then(() => "copied"), delay(20_000, "frozen")])).toBe("written");
    } finally {
      await must("fsfreeze", "--unfreeze", world.sandbox.pool);
    }
    expect((await snapshot).readyToUse).toBe(true);
    expect(await isFrozen(volume.target)).toBe(false);
  });

  test("that comes after its driver was killed is thawed behind the next start", async () => {
    world = await CrashWorld.make();
    const { volume } = await mounted("slow");
    const limit = (throughput: string) =>
      world.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters: { throughput } });
    await limit("1");
    await world.haltAt(await pointOf("before freeze", volume.id));
    const request = { name: "cut", sourceVolumeId: volume.id };
    const snapshot = refusalOf(world.driver.client.call("CreateSnapshot", request)).catch(() => {});
    await untilHalted(world.driver.process.pid);
    // one write, which a freeze waits for
    const large = `of=${join(volume.target, "large")}`;
    const writer = spawn("dd", ["if=/dev/zero", large, "bs=128M", "count=1", "oflag=direct", "status=none"]);
    const written = once(writer, "exit");
    await eventually(async () => expect(await stateOf(writer.pid)).toBe("D"));
    world.driver.process.kill("SIGCONT");
    const freezer = await eventually(async () => {
      const pid = await pidOf(freezing(volume));
      expect(await stateOf(pid)).toBe("D");
      return pid;
    });
    await world.kill();
    await snapshot;
    await world.start();
    expect(await stateOf(freezer), "the freeze still waits").toBe("D");
    expect(await refusalOf(world.driver.client.call("CreateSnapshot", { ...request, name: "early" }))).toMatch(
      /^ABORTED: a freeze of volume .* still waits for writes/,
    );
    await limit("0");
    await written;
    await eventually(async () => expect(await pidOf(freezing(volume))).toBeUndefined());
    await eventually(async () => expect(await isFrozen(volume.target)).toBe(false));
    await eventually(async () => expect(await readdir(world.sandbox.path("pool", "frozen"))).toEqual([]));
    await world.co.snapshot("again", volume);
  });

  test("of a group that ends before the last volume is cut leaves no group", async () => {
    world = await CrashWorld.make(["--max-freeze", "2s"]);
    const volumes = [(await mounted("one")).volume, (await mounted("two")).volume];
    const request = (name: string) => ({ name, sourceVolumeIds: volumes.map(({ id }) => id) });
    const point = await world.pointAt("before clone-image", () => world.call(rpc, request("probe")));
    const groups = () => readdir(world.sandbox.path("pool", "groups"));
    const before = await groups();
    await world.haltAt(point);
    const refusal = refusalOf(world.driver.client.call(rpc, request("late")));
    await untilHalted(world.driver.process.pid);
    // longer than the freeze may last
    await delay(2500);
    world.driver.process.kill("SIGCONT");
    expect(await refusal).toMatch(/^ABORTED: .* was thawed before all was copied.*--max-freeze/);
    expect(await groups()).toEqual(before);
    for (const { target } of volumes) expect(await isFrozen(target)).toBe(false);
  });
});

/** The letter for what a process does: D where it waits for the disk, and no signal reaches it. */
const stateOf = async (pid: number | undefined): Promise<string> =>
  (await command(["ps", "-o", "state=", "-p", String(pid)])).stdout.trim();

const freezing = ({ staging }: CoVolume) => `fsfreeze --freeze ${staging}`;

async function pidOf(words: string): Promise<number | undefined> {
  const { stdout } = await command(["pgrep", "--full", "--exact", words]);
  return stdout === "" ? undefined : Number(stdout.trim());
}

const rpc = "CreateVolumeGroupSnapshot";

async function untilHalted(pid: number | undefined): Promise<void> {
  await eventually(async () => expect(await must("ps", "-o", "stat=", "-p", String(pid))).toMatch(/^T/));
}
