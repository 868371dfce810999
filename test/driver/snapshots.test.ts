import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, open, readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, fromSnapshot, fromVolume, refusalOf, type Use } from "../support/co.ts";
import { must } from "../support/command.ts";
import { isFrozen } from "../support/frozen.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const bytesOf = (use: Use): number => (use === "xfs" || use === "btrfs" ? 320 * MiB : 32 * MiB);
const at = withDriver();

const dataOf = (volume: CoVolume) => readFile(join(volume.target, "data"), "utf8");
const sizeOf = async ({ target }: CoVolume): Promise<number> => {
  const { blocks, bsize } = await statfs(target);
  return blocks * bsize;
};
const imageOf = ({ id }: Pick<CoVolume, "id">): string => join(at.sandbox.pool, "volumes", id, "data");

describe("a snapshot of a mounted volume", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)(
    "holds what was written before it, and nothing written after: %s",
    async (use) => {
      const volume = await at.co.start(`cut-${use}`, { use, bytes: bytesOf(use) });
      await writeFile(join(volume.target, "data"), "before"); // not synced: the freeze sees to it
      const snapshot = await at.co.snapshot(`cut-${use}`, volume);
      expect(await isFrozen(volume.target)).toBe(false);
      await writeFile(join(volume.target, "data"), "after");
      const restored = await at.co.start(`restored-${use}`, { use, source: fromSnapshot(snapshot) });
      expect(await dataOf(restored)).toBe("before");
      expect(await dataOf(volume)).toBe("after");
      expect(await at.co.snapshot(`cut-${use}`, volume)).toEqual(snapshot);
      for (const made of [volume, restored]) await at.co.end(made);
      await at.co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    },
  );

  test("is clean and whole while a program never stops writing", async () => {
    const volume = await at.co.start("written", { use: "ext4", bytes: 64 * MiB });
    const script = 'i=0; while true; do i=$((i+1)); echo "line $i" >> "$0"; done';
    const writer = spawn("sh", ["-c", script, join(volume.target, "data")], { stdio: "ignore" });
    await once(writer, "spawn");
    try {
      for (let round = 1; round <= 3; round += 1) {
        const snapshot = await at.co.snapshot(`written-${round}`, volume);
        const restored = await at.co.create(`written-${round}`, { use: "ext4", source: fromSnapshot(snapshot) });
        await must("e2fsck", "-f", "-n", imageOf(restored));
        await at.co.show(restored);
        const lines = (await dataOf(restored)).split("\n").slice(0, -1);
        expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`));
        await at.co.end(restored);
      }
    } finally {
      writer.kill("SIGKILL");
      await once(writer, "exit");
    }
    await at.co.end(volume);
  });

  test("is made while somebody else holds it frozen, who keeps it so", async () => {
    const volume = await at.co.start("foreign-freeze", { use: "ext4", bytes: 32 * MiB });
    await must("fsfreeze", "--freeze", volume.target);
    try {
      await at.co.snapshot("foreign-freeze", volume);
      expect(await isFrozen(volume.target)).toBe(true);
    } finally {
      await must("fsfreeze", "--unfreeze", volume.target);
    }
    await at.co.end(volume);
  });

  test("that cannot be made leaves neither a freeze nor a file", async () => {
    const volume = await at.co.start("failing", { use: "ext4", bytes: 32 * MiB });
    // a clone across filesystems fails only when everything before it is done, the freeze included
    await must("mount", "-t", "tmpfs", "other", join(at.sandbox.pool, "snapshots"));
    try {
      expect(await refusalOf(at.co.snapshot("failing", volume))).toMatch(/^INTERNAL: .*(EXDEV|EOPNOTSUPP|ENOTSUP)/);
      expect(await isFrozen(volume.target)).toBe(false);
      expect(await readdir(join(at.sandbox.pool, "snapshots"))).toEqual([]);
    } finally {
      await must("umount", join(at.sandbox.pool, "snapshots"));
    }
    expect(await readdir(join(at.sandbox.pool, "frozen"))).toEqual([]);
    await appendFile(join(volume.target, "data"), "writes work");
    await at.co.snapshot("failing", volume);
    await at.co.end(volume);
  });
});

describe("a restore", () => {
  test.each(["ext4", "ext3", "xfs", "btrfs"] as const)(
    "may be larger than its snapshot, and its filesystem is as large: %s",
    async (use) => {
      const volume = await at.co.start(`small-${use}`, { use, bytes: bytesOf(use) });
      const snapshot = await at.co.snapshot(`small-${use}`, volume);
      expect(snapshot).toMatchObject({ readyToUse: true, sizeBytes: String(bytesOf(use)), sourceVolumeId: volume.id });
      const wish = { use, bytes: 3 * bytesOf(use), source: fromSnapshot(snapshot) };
      const larger = await at.co.start(`large-${use}`, wish);
      expect(await sizeOf(larger)).toBeGreaterThan(2 * bytesOf(use));
      expect(await at.co.create(`large-${use}`, wish)).toEqual(larger);
      for (const made of [volume, larger]) await at.co.end(made);
    },
  );

  test("is not smaller, of another type, or of nothing", async () => {
    const volume = await at.co.start("refused", { use: "ext4", bytes: 32 * MiB });
    const snapshot = await at.co.snapshot("refused", volume);
    const restore = (wish: object) =>
      refusalOf(at.co.create("restore-refused", { source: fromSnapshot(snapshot), ...wish }));
    expect(await restore({ limitBytes: 16 * MiB })).toMatch(
      /^OUT_OF_RANGE: capacity_range.limit_bytes 16777216 is below 33554432/,
    );
    expect(await restore({ use: "xfs", bytes: 320 * MiB })).toMatch(
      /^INVALID_ARGUMENT: the snapshot .* holds ext4, not xfs/,
    );
    expect(await restore({ source: { snapshot: { snapshotId: "nobody" } } })).toMatch(
      /^NOT_FOUND: snapshot nobody does not exist/,
    );
    await at.co.end(volume);
  });

  test("outlives its snapshot, and the snapshot its volume", async () => {
    const volume = await at.co.start("mother", { use: "ext4", bytes: 32 * MiB });
    await writeFile(join(volume.target, "data"), "kept");
    const snapshot = await at.co.snapshot("mother", volume);
    await at.co.end(volume);
    const restored = await at.co.create("daughter", { use: "ext4", source: fromSnapshot(snapshot) });
    for (let round = 0; round < 2; round += 1) await at.co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
    await at.co.show(restored);
    expect(await dataOf(restored)).toBe("kept");
    await at.co.end(restored);
  });

  test("as raw blocks gives the image of a filesystem, and back again the filesystem", async () => {
    const volume = await at.co.start("to-block", { use: "ext4", bytes: 32 * MiB });
    await writeFile(join(volume.target, "data"), "kept");
    await at.co.hide(volume);
    const snapshot = await at.co.snapshot("to-block", volume);
    const block = await at.co.start("as-block", { use: "block", source: fromSnapshot(snapshot) });
    await must("cmp", imageOf(volume), block.target);
    const back = await at.co.start("as-mount", {
      use: "ext4",
      source: fromSnapshot(await at.co.snapshot("back", block)),
    });
    expect(await dataOf(back)).toBe("kept");
    for (const made of [volume, block, back]) await at.co.end(made);
  });

  test("as raw blocks of an odd size can be written to its last byte", async () => {
    const volume = await at.co.start("odd", { use: "ext4", bytes: 32 * MiB });
    const source = fromSnapshot(await at.co.snapshot("odd", volume));
    const block = await at.co.start("odd-block", { use: "block", bytes: 32 * MiB + 512, source });
    expect(await must("blockdev", "--getsize64", block.target)).toBe(String(32 * MiB + 512));
    await must("dd", "if=/dev/urandom", `of=${block.target}`, "bs=512", `seek=${65536}`, "count=1", "conv=fsync");
    for (const made of [volume, block]) await at.co.end(made);
  });

  test("of raw blocks as a filesystem is never formatted", async () => {
    const block = await at.co.start("raw", { use: "block", bytes: 32 * MiB });
    const file = await open(block.target, "r+");
    await file.write("no filesystem");
    await file.sync();
    await file.close();
    const mount = await at.co.create("raw-as-mount", {
      use: "ext4",
      source: fromSnapshot(await at.co.snapshot("raw", block)),
    });
    expect(await refusalOf(at.co.stage(mount))).toMatch(
      /^FAILED_PRECONDITION: volume .* holds data that is no filesystem; what was once written/,
    );
    for (const made of [block, mount]) await at.co.end(made);
  });
});

describe("a clone", () => {
  test.each(["ext4", "xfs", "btrfs"] as const)(
    "is mounted beside its source, both with data of their own: %s",
    async (use) => {
      const volume = await at.co.start(`source-${use}`, { use, bytes: bytesOf(use) });
      await writeFile(join(volume.target, "data"), "both");
      const wish = { use, bytes: bytesOf(use), source: fromVolume(volume) };
      const clone = await at.co.start(`clone-${use}`, wish);
      expect(await at.co.create(`clone-${use}`, wish)).toEqual(clone);
      expect(await dataOf(clone)).toBe("both");
      await writeFile(join(clone.target, "data"), "the clone's");
      expect(await dataOf(volume)).toBe("both");
      if (use === "btrfs") expect(await idOf(clone)).not.toBe(await idOf(volume));
      for (const made of [volume, clone]) await at.co.end(made);
    },
  );

  const idOf = ({ target }: CoVolume) => must("findmnt", "--noheadings", "--output", "UUID", target);
});

describe("a name", () => {
  test("of a snapshot belongs to one volume", async () => {
    const [first, second] = [
      await at.co.create("first", { bytes: 32 * MiB }),
      await at.co.create("second", { bytes: 32 * MiB }),
    ];
    await at.co.snapshot("taken", first);
    expect(await refusalOf(at.co.snapshot("taken", second))).toMatch(
      /^ALREADY_EXISTS: snapshot taken exists of volume/,
    );
    expect(await refusalOf(at.co.snapshot("of-nobody", { id: "nobody" }))).toMatch(
      /^NOT_FOUND: volume nobody does not exist/,
    );
  });
});

describe("a pool whose files cannot share blocks", () => {
  const plain = withDriver({ plain: true });

  test("has volumes, and says of snapshots and clones of what is in use how to get a pool that can", async () => {
    const volume = await plain.co.start("plain", { use: "ext4", bytes: 32 * MiB });
    const cut = plain.co.snapshot("plain", volume);
    if (await canShareBlocks(plain.sandbox.pool)) return expect(await cut).toMatchObject({ readyToUse: true });
    expect(await refusalOf(cut)).toMatch(/^FAILED_PRECONDITION: .*kura pool create --image/);
    const clone = plain.co.create("plain-clone", { use: "ext4", source: fromVolume(volume) });
    expect(await refusalOf(clone)).toMatch(/^FAILED_PRECONDITION: .*kura pool create --image/);
    await plain.co.end(volume);
  });

  const canShareBlocks = (pool: string) =>
    must("cp", "--reflink=always", join(pool, "pool.json"), join(pool, "probe")).then(
      () => true,
      () => false,
    );
});
