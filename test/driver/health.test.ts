import { copyFile, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Co, type CoVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { startTestDriver } from "../support/driver.ts";
import { metricsOf } from "../support/http.ts";
import { freePort } from "../support/port.ts";
import { loopsOf, makeSandbox } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();
const small = { use: "ext4", bytes: 32 * MiB } as const;

const imageOf = ({ id }: Pick<CoVolume, "id">): string => join(at.sandbox.pool, "volumes", id, "data");

interface Listed {
  readonly entries: readonly {
    readonly volumeId: string;
    readonly healthStatuses: readonly { readonly reason: string }[];
  }[];
}

/** What ControllerListVolumeHealth says: id → reasons. */
async function listed(co = at.co): Promise<Record<string, readonly string[]>> {
  const { entries } = await co.call<Listed>("ControllerListVolumeHealth");
  return Object.fromEntries(
    entries.map(({ volumeId, healthStatuses }) => [volumeId, healthStatuses.map(({ reason }) => reason)]),
  );
}

async function seenByNode({ id, target }: CoVolume): Promise<readonly string[]> {
  type Answer = { volumeHealth: { healthStatuses: { status: string; reason: string }[] } };
  const { volumeHealth } = await at.co.call<Answer>("NodeGetVolumeHealth", { volumeId: id, volumePublishPath: target });
  return volumeHealth.healthStatuses.map(({ status, reason }) => `${status}/${reason}`);
}

describe("health is what is the case", () => {
  test("nothing is wrong with what works", async () => {
    const volume = await at.co.start("well", small);
    expect(await at.co.health(volume)).toEqual([]);
    expect(await seenByNode(volume)).toEqual([]);
    expect(await listed()).toEqual({});
    expect(await refusalOf(at.co.health({ id: "nobody" }))).toMatch(/^NOT_FOUND/);
    await at.co.end(volume);
  });

  test("the backing file is missing, until it is back", async () => {
    const volume = await at.co.create("lost", small);
    await rename(imageOf(volume), `${imageOf(volume)}.away`);
    expect(await at.co.health(volume)).toEqual(["INACCESSIBLE/BackingFileMissing"]);
    expect(await listed()).toEqual({ [volume.id]: ["BackingFileMissing"] });
    expect(await refusalOf(at.co.stage(volume))).toMatch(/^INTERNAL: the backing file of volume .* is missing/);
    await rename(`${imageOf(volume)}.away`, imageOf(volume));
    expect(await at.co.health(volume)).toEqual([]);
    await at.co.end(volume);
  });

  test("the backing file is shorter than the volume, until it is staged", async () => {
    const volume = await at.co.create("short", { use: "block", bytes: 8 * MiB });
    await truncate(imageOf(volume), 4 * MiB);
    expect(await at.co.health(volume)).toEqual(["DEGRADED/SizeMismatch"]);
    await at.co.show(volume);
    expect(await at.co.health(volume)).toEqual([]);
    await at.co.end(volume);
  });

  test("the loop device under a pod has gone", async () => {
    const volume = await at.co.start("detached", { use: "block", bytes: MiB });
    const [loop = ""] = await loopsOf(join(at.sandbox.pool, "volumes", volume.id));
    await must("losetup", "--detach", loop.split(" ")[0] ?? "");
    expect(await seenByNode(volume)).toEqual(["INACCESSIBLE/LoopDetached"]);
    await must("umount", volume.target);
    await at.co.show(volume);
    expect(await seenByNode(volume)).toEqual([]);
    await at.co.end(volume);
  });

  test("the volume is not where the pod has it, or something else is", async () => {
    const volume = await at.co.start("misplaced", small);
    await must("umount", volume.target);
    expect(await seenByNode(volume)).toEqual(["INACCESSIBLE/NotMounted"]);
    await must("mount", "-t", "tmpfs", "somebody's", volume.target);
    expect(await seenByNode(volume)).toEqual(["INACCESSIBLE/WrongMount"]);
    await must("umount", volume.target);
    await at.co.end(volume);
  });

  test("the kernel has made the filesystem read-only after an error, until it is staged again", async () => {
    const volume = await at.co.start("aborted", small);
    await command(["mount", "-o", "remount,abort", volume.staging]);
    await writeFile(join(volume.target, "data"), "").catch(() => {});
    expect(await at.co.health(volume)).toEqual(["INACCESSIBLE/FilesystemReadOnly"]);
    await at.co.hide(volume);
    await at.co.show(volume);
    expect(await at.co.health(volume)).toEqual([]);
    await writeFile(join(volume.target, "data"), "writes work");
    await at.co.end(volume);
  });

  test("a volume that is published read-only is well", async () => {
    const volume = await at.co.start("reader", { ...small, mode: "SINGLE_NODE_READER_ONLY" });
    expect(await at.co.health(volume)).toEqual([]);
    await at.co.end(volume);
  });

  test.each([
    ["ext4", 32],
    ["ext3", 32],
    ["xfs", 320],
    ["btrfs", 256],
  ] as const)("the filesystem is full, until there is room again: %s", async (use, sizeMiB) => {
    const volume = await at.co.start(`full-${use}`, { use, bytes: sizeMiB * MiB });
    const flood = (name: string, blocks: string) =>
      command(["dd", "if=/dev/zero", `of=${join(volume.target, name)}`, `bs=${blocks}`, "count=4096"]);
    for (const [name, blocks] of Object.entries({ large: "1M", small: "4k" }))
      expect((await flood(name, blocks)).stderr).toMatch(/No space left/);
    await must("sync", "--file-system", volume.target);
    expect(await at.co.health(volume)).toEqual(["DEGRADED/FilesystemFull"]);
    for (const name of ["large", "small"]) await must("rm", join(volume.target, name));
    await must("sync", "--file-system", volume.target);
    expect(await at.co.health(volume)).toEqual([]);
    await at.co.end(volume);
  });

  test("there are no inodes left", async () => {
    const volume = await at.co.start("inodes", { ...small, parameters: { mkfsOptions: "-N 16" } });
    await command(["sh", "-c", 'i=0; while touch "$0/$i"; do i=$((i+1)); done', volume.target]);
    expect(await at.co.health(volume)).toEqual(["DEGRADED/FilesystemFull"]);
    await at.co.end(volume);
  });
});

describe("a record that cannot be read", () => {
  test("makes its volume inaccessible and no other; its name stays taken and nothing is deleted", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    const folderOf = ({ id }: Pick<CoVolume, "id">) => join(sandbox.pool, "volumes", id);
    let [rotten, well]: CoVolume[] = [];
    {
      await using driver = await startTestDriver(sandbox);
      const co = new Co(sandbox, driver);
      rotten = await co.create("rotten", small);
      well = await co.create("well", small);
      await driver.stop();
    }
    if (rotten === undefined || well === undefined) throw new Error("no volumes");
    const records = ["volume.json", "volume.json.copy"].map((name) => join(folderOf(rotten), name));
    for (const record of records) {
      await copyFile(record, `${record}.saved`);
      await writeFile(record, '{"version":1,"checksum":"00","body":{}}');
    }
    {
      const port = await freePort();
      await using driver = await startTestDriver(sandbox, { flags: ["--http", `127.0.0.1:${port}`] });
      const co = new Co(sandbox, driver);
      expect(await co.health(rotten)).toEqual(["INACCESSIBLE/RecordUnreadable"]);
      const metrics = await metricsOf(port);
      expect(["kura_unreadable", "kura_orphans"].map((name) => metrics.get(name))).toEqual([1, 1]);
      expect(await listed(co)).toEqual({ [rotten.id]: ["RecordUnreadable"] });
      expect(await refusalOf(co.create("rotten", small))).toMatch(
        /^UNAVAILABLE: the record of .* cannot be read: .*the checksum is wrong/,
      );
      expect(await refusalOf(co.delete(rotten))).toMatch(/^UNAVAILABLE/);
      expect(await refusalOf(co.stage(rotten))).toMatch(/^UNAVAILABLE/);
      const { entries } = await co.call<{ entries: object[] }>("ListVolumes");
      expect(entries).toHaveLength(2);
      await co.show(well);
      await co.end(well);
      await driver.stop();
    }
    for (const record of records) await rename(`${record}.saved`, record);
    await using driver = await startTestDriver(sandbox);
    const co = new Co(sandbox, driver);
    expect(await co.health(rotten)).toEqual([]);
    await co.end(rotten);
  });
});

describe("statistics are the volume's own", () => {
  interface Stats {
    readonly usage: readonly {
      readonly unit: string;
      readonly total: string;
      readonly used: string;
      readonly available: string;
    }[];
  }
  const statsOf = ({ id }: Pick<CoVolume, "id">, volumePath: string) =>
    at.co.call<Stats>("NodeGetVolumeStats", { volumeId: id, volumePath });

  test("of a filesystem: bytes and inodes, never those of the disk below", async () => {
    const volume = await at.co.start("counted", small);
    const { usage: before } = await statsOf(volume, volume.target);
    await writeFile(join(volume.target, "data"), Buffer.alloc(8 * MiB));
    await must("sync", "--file-system", volume.target);
    const { usage: after } = await statsOf(volume, volume.target);
    expect(before.map(({ unit }) => unit)).toEqual(["BYTES", "INODES"]);
    expect(Number(after[0]?.total)).toBeLessThanOrEqual(32 * MiB);
    expect(Number(after[0]?.used) - Number(before[0]?.used)).toBeGreaterThanOrEqual(8 * MiB);
    expect(Number(after[1]?.used) - Number(before[1]?.used)).toBe(1);
    await at.co.end(volume);
  });

  test("of raw blocks: the device's size", async () => {
    const volume = await at.co.start("counted-block", { use: "block", bytes: 3 * MiB + 512 });
    expect((await statsOf(volume, volume.target)).usage).toMatchObject([
      { unit: "BYTES", total: String(3 * MiB + 512) },
    ]);
    await at.co.end(volume);
  });

  test("of what is not there are not guessed", async () => {
    const volume = await at.co.create("not-there", small);
    expect(await refusalOf(statsOf(volume, volume.target))).toMatch(/^NOT_FOUND: volume .* is not at volume_path/);
    expect(await refusalOf(statsOf({ id: "nobody" }, volume.target))).toMatch(
      /^NOT_FOUND: volume nobody does not exist/,
    );
    expect(await refusalOf(statsOf(volume, ""))).toMatch(/^INVALID_ARGUMENT: volume_path is required/);
    await at.co.delete(volume);
  });
});
