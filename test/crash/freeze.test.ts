import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { must } from "../support/command.ts";
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
});

async function untilHalted(pid: number | undefined): Promise<void> {
  await eventually(async () => expect(await must("ps", "-o", "stat=", "-p", String(pid))).toMatch(/^T/));
}
