/** What other drivers for local volumes got wrong, each asked of this one. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, capabilityOf, fromSnapshot, fromVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { loopsOf } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver({ flags: ["--overprovision", "1"] });

interface Page {
  readonly entries: readonly object[];
  readonly nextToken: string;
}
const list = (rpc: string, request: object = {}) => at.co.call<Page>(rpc, request);
const deviceBytes = async ({ target }: CoVolume): Promise<number> =>
  Number(await must("blockdev", "--getsize64", target));
const capacity = async () => Number((await at.co.call<{ availableCapacity: string }>("GetCapacity")).availableCapacity);
const expand = ({ id }: CoVolume, requiredBytes: number, limitBytes = 0) =>
  at.co.call("ControllerExpandVolume", { volumeId: id, capacityRange: { requiredBytes, limitBytes } });
const isAlive = async () => expect((await at.co.call<{ ready: object }>("Probe")).ready).toEqual({ value: true });

describe("other drivers", () => {
  test("die of a list that starts at 0", async () => {
    expect(await refusalOf(list("ListVolumes", { startingToken: "0" }))).toMatch(/^ABORTED/);
    await isAlive();
  });

  test("die of a list with less than no entries", async () => {
    expect(await refusalOf(list("ListSnapshots", { maxEntries: -1 }))).toMatch(/^INVALID_ARGUMENT/);
    await isAlive();
  });

  test("list a part of the volumes and do not say that there are more", async () => {
    for (let index = 0; index < 6; index += 1) await at.co.create(`page-${index}`, { use: "block", bytes: 512 });
    const first = await list("ListVolumes", { maxEntries: 2 });
    expect(first.entries).toHaveLength(2);
    const second = await list("ListVolumes", { maxEntries: 3, startingToken: first.nextToken });
    expect(second.entries).toHaveLength(3);
    expect(await refusalOf(list("ListVolumes", { startingToken: "999" }))).toMatch(/^ABORTED/);
  });

  test("list one of two snapshots of a volume", async () => {
    const volume = await at.co.create("two-snapshots", { use: "block", bytes: MiB });
    for (const name of ["one", "two"]) await at.co.snapshot(name, volume);
    expect((await list("ListSnapshots", { sourceVolumeId: volume.id })).entries).toHaveLength(2);
  });

  test("take the retry of a clone for another volume", async () => {
    const volume = await at.co.create("source", { use: "block", bytes: MiB });
    const wish = { use: "block", bytes: MiB, source: fromVolume(volume) } as const;
    expect(await at.co.create("clone", wish)).toEqual(await at.co.create("clone", wish));
  });

  test("let 64 MiB into a volume of 10 MiB, and report the host's disk as its size", async () => {
    const volume = await at.co.start("ten", { use: "ext4", bytes: 10 * MiB });
    const flood = await command(["dd", "if=/dev/zero", `of=${join(volume.target, "flood")}`, "bs=1M", "count=64"]);
    expect(flood.stderr).toMatch(/No space left on device/);
    const { usage } = await at.co.call<{ usage: { total: string }[] }>("NodeGetVolumeStats", {
      volumeId: volume.id,
      volumePath: volume.target,
    });
    expect(Number(usage[0]?.total)).toBeLessThanOrEqual(10 * MiB);
    await at.co.end(volume);
  });

  test("say that blocks have grown and leave them as they were", async () => {
    const volume = await at.co.start("blocks", { use: "block", bytes: 10 * MiB });
    await expand(volume, 40 * MiB);
    expect(await deviceBytes(volume)).toBe(40 * MiB);
    const file = await open(volume.target, "r+");
    await file.write("the end", 40 * MiB - 512);
    await file.sync();
    await file.close();
    await at.co.end(volume);
  });

  test("restore and clone into larger blocks that end early", async () => {
    const volume = await at.co.start("early", { use: "block", bytes: 10 * MiB });
    const snapshot = await at.co.snapshot("early", volume);
    for (const [name, source] of [
      ["restored", fromSnapshot(snapshot)],
      ["cloned", fromVolume(volume)],
    ] as const) {
      const larger = await at.co.start(name, { use: "block", bytes: 20 * MiB, source });
      expect(await readFile(larger.target)).toHaveLength(20 * MiB);
      await at.co.end(larger);
    }
    await at.co.end(volume);
  });

  test("round a size of blocks down and report what was asked for, or have none for small ones", async () => {
    for (const bytes of [1.5 * MiB, 512, 0.5 * MiB]) {
      const volume = await at.co.start(`rounded-${bytes}`, { use: "block", bytes });
      expect([volume.sizeBytes, await deviceBytes(volume)]).toEqual([bytes, bytes]);
      await at.co.end(volume);
    }
    expect((await at.co.create("no-size", { use: "block" })).sizeBytes).toBe(2 ** 30);
  });

  test("restore a filesystem as blocks that hold an archive", async () => {
    const volume = await at.co.start("no-archive", { use: "ext4", bytes: 32 * MiB });
    await writeFile(join(volume.target, "data"), "kept");
    const blocks = await at.co.start("as-blocks", {
      use: "block",
      source: fromSnapshot(await at.co.snapshot("no-archive", volume)),
    });
    expect(await must("blkid", "--probe", "--output", "value", "--match-tag", "TYPE", blocks.target)).toBe("ext4");
    expect(await must("debugfs", "-R", "cat data", blocks.target)).toMatch(/kept$/);
    for (const made of [volume, blocks]) await at.co.end(made);
  });

  test("cannot publish any more once a reboot took the loop device", async () => {
    const volume = await at.co.start("after-reboot", { use: "block", bytes: MiB });
    await must("umount", volume.target);
    const [loop = ""] = await loopsOf(join(at.sandbox.pool, "volumes", volume.id));
    await must("losetup", "--detach", loop.split(" ")[0] ?? "");
    await at.co.show(volume);
    expect(await deviceBytes(volume)).toBe(MiB);
    await at.co.end(volume);
  });

  test("fail to cut a volume that is being written, and leave half a snapshot each time", async () => {
    const volume = await at.co.start("appended", { use: "ext4", bytes: 64 * MiB });
    const before = (await readdir(join(at.sandbox.pool, "snapshots"))).length;
    const writer = spawn("sh", ["-c", 'while true; do echo line >> "$0"; done', join(volume.target, "data")]);
    await once(writer, "spawn");
    for (let index = 0; index < 8; index += 1) await at.co.snapshot(`appended-${index}`, volume);
    writer.kill("SIGKILL");
    await once(writer, "exit");
    expect(await readdir(join(at.sandbox.pool, "snapshots"))).toHaveLength(before + 8);
    await at.co.end(volume);
  });

  test("let every other call wait while a snapshot is made", async () => {
    const volume = await at.co.start("large", { use: "ext4", bytes: 320 * MiB });
    await must("dd", "if=/dev/urandom", `of=${join(volume.target, "data")}`, "bs=1M", "count=150", "conv=fsync");
    const order: string[] = [];
    const cut = at.co.snapshot("large", volume).then(() => order.push("snapshot"));
    await at.co.call("GetCapacity").then(() => order.push("capacity"));
    await cut;
    expect(order).toEqual(["capacity", "snapshot"]);
    await at.co.end(volume);
  });

  test("grow beyond the limit they were given, and beyond the pool, whose room is then less than nothing", async () => {
    const volume = await at.co.create("bounded", { use: "block", bytes: 10 * MiB });
    expect(await refusalOf(expand(volume, 30 * MiB, 20 * MiB))).toMatch(/^OUT_OF_RANGE/);
    expect(await refusalOf(expand(volume, (await capacity()) + 20 * MiB))).toMatch(/^RESOURCE_EXHAUSTED/);
    expect(await capacity()).toBeGreaterThan(0);
    await expand(volume, 20 * MiB, 20 * MiB);
  });

  test("report the size of /dev for blocks", async () => {
    const volume = await at.co.start("stats", { use: "block", bytes: 10 * MiB });
    const { usage } = await at.co.call<{ usage: object[] }>("NodeGetVolumeStats", {
      volumeId: volume.id,
      volumePath: volume.target,
    });
    expect(usage).toMatchObject([{ total: String(10 * MiB), unit: "BYTES" }]);
    await at.co.end(volume);
  });

  test("make a directory outside of theirs for a volume called ../escape", async () => {
    const target = at.sandbox.path("kubelet", "inline");
    const publish = {
      volumeId: "../escape",
      targetPath: target,
      stagingTargetPath: `${target}-staging`,
      volumeCapability: capabilityOf(),
    };
    const inline = { ...publish, volumeContext: { "csi.storage.k8s.io/ephemeral": "true" } };
    expect(await refusalOf(at.co.call("NodePublishVolume", inline))).toMatch(/^(NOT_FOUND|FAILED_PRECONDITION): /);
    await expect(access(join(at.sandbox.pool, "escape"))).rejects.toThrow(/ENOENT/);
    await expect(access(join(at.sandbox.pool, "volumes", "../escape"))).rejects.toThrow(/ENOENT/);
    await expect(access(target)).rejects.toThrow(/ENOENT/);
  });

  test("leave a snapshot that nobody can delete of a group with a member that is missing", async () => {
    const volume = await at.co.create("member", { use: "block", bytes: MiB });
    const group = at.co.call("CreateVolumeGroupSnapshot", { name: "half", sourceVolumeIds: [volume.id, "nobody"] });
    expect(await refusalOf(group)).toMatch(/^NOT_FOUND/);
    expect((await list("ListSnapshots", { sourceVolumeId: volume.id })).entries).toEqual([]);
  });

  test("publish every volume to a node without a name", async () => {
    type Listed = { entries: { status: { publishedNodeIds: string[] } }[] };
    const { entries } = await at.co.call<Listed>("ListVolumes");
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.flatMap(({ status }) => status.publishedNodeIds)).toEqual([]);
  });
});
