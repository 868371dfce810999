import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Co, type CoVolume, fromSnapshot, fromVolume, refusalOf, type Snapshot } from "../support/co.ts";
import { must } from "../support/command.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { isFrozen } from "../support/frozen.ts";
import { insist } from "../support/insist.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let driver: TestDriver;
let co: Co;

beforeAll(async () => {
  sandbox = await makeSandbox({ plain: true });
  await restart();
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

async function restart(): Promise<void> {
  driver = await startTestDriver(sandbox);
  co = new Co(sandbox, driver);
}

/** A volume with random data at its beginning, and nothing behind. */
async function filled(name: string, bytes: number): Promise<CoVolume> {
  const volume = await co.start(name, { use: "block", bytes: 4 * bytes });
  await must("dd", "if=/dev/urandom", `of=${volume.target}`, "bs=1M", `count=${bytes / MiB}`, "conv=fsync");
  await co.hide(volume);
  return volume;
}

const imageOf = (kind: "volumes" | "snapshots", id: string): string => join(sandbox.pool, kind, id, "data");

const attributesOf = async (file: string): Promise<string> => (await must("lsattr", file)).split(" ")[0] ?? "";

const isReady = async ({ snapshotId }: Snapshot): Promise<boolean> =>
  (await co.call<{ snapshot: Snapshot }>("GetSnapshot", { snapshotId })).snapshot.readyToUse;

const untilReady = (snapshot: Snapshot): Promise<void> =>
  eventually(async () => expect(await isReady(snapshot)).toBe(true));

/** Catches the copy that the driver has begun, and holds it; gives a way to let it go on. */
async function holdCopy(): Promise<() => void> {
  const pid = await catchCopy();
  return () => process.kill(pid, "SIGCONT");
}

/** The copy that the driver has begun, held. */
async function catchCopy(): Promise<number> {
  for (let patience = 5000; patience > 0; patience -= 1) {
    for (const pid of await childrenOf(driver.process.pid ?? 0)) {
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
      if (name.trim() !== "cp") continue;
      process.kill(pid, "SIGSTOP");
      return pid;
    }
    await delay(1);
  }
  throw new Error("no copy was begun");
}

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).split(" ").filter(Boolean).map(Number);

describe("in a pool whose files share no blocks", () => {
  test("a volume that nobody uses is copied, holes and all: snapshot, restore and clone", async () => {
    const volume = await filled("whole", 20 * MiB);
    const snapshot = await co.snapshot("whole", volume);
    await untilReady(snapshot);
    const restored = await co.create("whole-restored", {
      use: "block",
      bytes: 80 * MiB,
      source: fromSnapshot(snapshot),
    });
    const cloned = await co.create("whole-cloned", { use: "block", bytes: 100 * MiB, source: fromVolume(volume) });
    const image = imageOf("volumes", volume.id);
    await must("cmp", image, imageOf("snapshots", snapshot.snapshotId));
    await must("cmp", image, imageOf("volumes", restored.id));
    await must("cmp", "--bytes", String(80 * MiB), image, imageOf("volumes", cloned.id));
    expect((await stat(imageOf("volumes", cloned.id))).size).toBe(100 * MiB);
    for (const id of [restored.id, cloned.id])
      expect((await stat(imageOf("volumes", id))).blocks * 512).toBeLessThan(21 * MiB);
    for (const made of [volume, restored, cloned]) await co.delete(made);
    await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
  });

  test("changed blocks are found by comparing", async () => {
    const volume = await filled("compared", 8 * MiB);
    const base = await co.snapshot("compared-a", volume);
    await untilReady(base);
    await co.show(volume);
    await must("dd", "if=/dev/urandom", `of=${volume.target}`, "bs=4k", "count=3", "seek=100", "conv=fsync,notrunc");
    await co.hide(volume);
    const target = await co.snapshot("compared-b", volume);
    await untilReady(target);
    const request = { baseSnapshotId: base.snapshotId, targetSnapshotId: target.snapshotId };
    for await (const message of driver.client.stream("GetMetadataDelta", request))
      expect(message).toMatchObject({
        blockMetadata: [{ byteOffset: String(100 * 4096), sizeBytes: String(3 * 4096) }],
      });
  });

  test("one in use is refused, and the advice is how to get a pool that can", async () => {
    const volume = await co.start("used", { bytes: 50 * MiB });
    for (const refused of [co.snapshot("used", volume), co.create("used-clone", { source: fromVolume(volume) })]) {
      const refusal = await refusalOf(refused);
      expect(refusal).toContain("FAILED_PRECONDITION: volume");
      expect(refusal).toContain("kura pool create --image 20Gi --pool DIR");
    }
    await co.end(volume);
  });

  test("a mounted one is copied while it is frozen, where the class asks for that", async () => {
    const volume = await co.start("held", { bytes: 200 * MiB });
    await must("dd", "if=/dev/urandom", `of=${join(volume.target, "much")}`, "bs=1M", "count=100", "conv=fsync");
    await writeFile(join(volume.target, "file"), "before");
    const request = { name: "held", sourceVolumeId: volume.id, parameters: { freezeWhileCopying: "true" } };

    const late = refusalOf(driver.client.call("CreateSnapshot", request, 5000));
    await catchCopy();
    expect(await isFrozen(volume.target)).toBe(true);
    expect(await late).toContain("DEADLINE_EXCEEDED");
    await eventually(async () => expect(await isFrozen(volume.target)).toBe(false));

    const making = insist<{ snapshot: Snapshot }>(driver.client, "CreateSnapshot", request);
    const goOn = await holdCopy();
    expect(await isFrozen(volume.target)).toBe(true);
    const writing = writeFile(join(volume.target, "file"), "after");
    expect(
      await refusalOf(
        driver.client.call("NodeUnstageVolume", { volumeId: volume.id, stagingTargetPath: volume.staging }, 1000),
      ),
    ).toMatch(/ABORTED|DEADLINE_EXCEEDED/);
    goOn();
    const { snapshot } = await making;
    expect(snapshot.readyToUse).toBe(true);
    await writing;
    expect(await isFrozen(volume.target)).toBe(false);
    const restored = await co.start("held-restored", { bytes: 200 * MiB, source: fromSnapshot(snapshot) });
    expect(await readFile(join(restored.target, "file"), "utf8")).toBe("before");
    for (const one of [volume, restored]) await co.end(one);
  });

  test("a snapshot is ready when it is whole; until then its volume stays as it is, and others don't notice", async () => {
    const volume = await filled("slow", 100 * MiB);
    const making = co.snapshot("slow", volume);
    const goOn = await holdCopy();
    const snapshot = await making;
    expect(snapshot.readyToUse).toBe(false);
    // each piece is put on disk by itself, so that nobody has to wait for all of them
    const part = `${imageOf("snapshots", snapshot.snapshotId)}.part`;
    expect(await attributesOf(part)).toContain("S");
    expect(await co.snapshot("slow", volume)).toEqual(snapshot);
    expect(await refusalOf(co.stage(volume))).toContain("ABORTED: volume");
    expect(await refusalOf(co.delete(volume))).toContain("is being copied");
    // grown meanwhile, the copy would come out longer than its record says
    const growth = { volumeId: volume.id, capacityRange: { requiredBytes: 800 * MiB } };
    expect(await refusalOf(co.call("ControllerExpandVolume", growth))).toContain("ABORTED: volume");
    expect(await refusalOf(co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId }))).toContain("ABORTED");
    const messages = driver.client.stream("GetMetadataAllocated", { snapshotId: snapshot.snapshotId });
    expect(await refusalOf(messages[Symbol.asyncIterator]().next())).toContain("ABORTED");
    await co.end(await co.start("other", { bytes: 50 * MiB }));
    goOn();
    await untilReady(snapshot);
    expect(await attributesOf(imageOf("snapshots", snapshot.snapshotId))).not.toContain("S");
    await must("cmp", imageOf("volumes", volume.id), imageOf("snapshots", snapshot.snapshotId));
    expect(await co.call("ControllerExpandVolume", growth)).toMatchObject({ capacityBytes: String(800 * MiB) });
    await co.end(volume);
  });

  test("a copy that fails behind the answer says why to the next who asks for it; then another is made", async () => {
    const volume = await filled("failed", 100 * MiB);
    const making = co.snapshot("failed", volume);
    const pid = await catchCopy();
    const { snapshotId, readyToUse } = await making;
    expect(readyToUse).toBe(false);
    process.kill(pid, "SIGKILL");
    const gone = () => refusalOf(co.call("GetSnapshot", { snapshotId })).catch(() => "");
    await eventually(async () => expect(await gone()).toContain("NOT_FOUND"));
    expect(await refusalOf(co.snapshot("failed", volume))).toMatch(
      /INTERNAL: snapshot failed could not be copied: .*killed by SIGKILL/,
    );
    await untilReady(await co.snapshot("failed", volume));
    await co.delete(volume);
  });

  test("a copy that a crash cut off is made anew, from the beginning", async () => {
    const volume = await filled("crashed", 100 * MiB);
    const making = co.snapshot("crashed", volume).catch(() => undefined);
    await holdCopy();
    await driver.kill();
    await making;
    await restart();
    const snapshot = await co.snapshot("crashed", volume);
    await untilReady(snapshot);
    await must("cmp", imageOf("volumes", volume.id), imageOf("snapshots", snapshot.snapshotId));
    expect((await readdir(join(sandbox.pool, "snapshots", snapshot.snapshotId))).sort()).toEqual([
      "data",
      "snapshot.json",
      "snapshot.json.copy",
    ]);
    await co.delete(volume);
  });

  test("an end of the driver waits for no copy, and the next start takes it up", async () => {
    const volume = await filled("stopped", 100 * MiB);
    const snapshot = co.snapshot("stopped", volume);
    await holdCopy();
    expect((await snapshot).readyToUse).toBe(false);
    await driver.stop();
    await restart();
    await untilReady(await snapshot);
    await co.delete(volume);
  });

  test("a restore that outlasts its caller goes on, keeps its snapshot and its name, and is there when he asks again", async () => {
    const volume = await filled("long", 100 * MiB);
    const snapshot = await co.snapshot("long", volume);
    await untilReady(snapshot);
    const request = {
      name: "long-restored",
      volumeCapabilities: [volume.capability],
      volumeContentSource: fromSnapshot(snapshot),
      capacityRange: { requiredBytes: 400 * MiB },
    };
    const first = refusalOf(driver.client.call("CreateVolume", request, 1500));
    const goOn = await holdCopy();
    expect(await first).toContain("DEADLINE_EXCEEDED");
    expect(await refusalOf(co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId }))).toBe(
      `ABORTED: snapshot ${snapshot.snapshotId} is being copied; try again`,
    );
    for (const volumeContentSource of [null, fromVolume(volume)])
      expect(await refusalOf(co.call("CreateVolume", { ...request, volumeContentSource }))).toContain(
        `ABORTED: another copy of that name is being made from ${snapshot.snapshotId}`,
      );
    goOn();
    const restored = await co.create("long-restored", {
      use: "block",
      bytes: 400 * MiB,
      source: fromSnapshot(snapshot),
    });
    await must("cmp", imageOf("volumes", volume.id), imageOf("volumes", restored.id));
    expect((await readdir(join(sandbox.pool, "volumes"))).filter((name) => name.startsWith("."))).toEqual([]);
    await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    for (const made of [volume, restored]) await co.delete(made);
  });
});
