import { mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Co, type CoVolume, fromSnapshot, fromVolume, refusalOf, type VolumeWish } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { mainFile, startTestDriver, type TestDriver } from "../support/driver.ts";
import { makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";
import { aclFor1234, setXattr, xattrsOf } from "../support/xattr.ts";

const MiB = 2 ** 20;
const flags = ["--backend", "hostpath"];
let sandbox: Sandbox;
let driver: TestDriver;
let co: Co;

beforeAll(async () => {
  sandbox = await makeSandbox();
  driver = await startTestDriver(sandbox, { flags });
  co = new Co(sandbox, driver);
});
afterAll(async () => {
  await driver[Symbol.asyncDispose]();
  await sandbox[Symbol.asyncDispose]();
});

/** kubelet makes the parent of a target path, and stages nothing. */
async function show(volume: CoVolume, over: object = {}): Promise<void> {
  await mkdir(dirname(volume.target), { recursive: true });
  await co.publish(volume, { stagingTargetPath: "", ...over });
}

async function start(name: string, wish: VolumeWish = {}): Promise<CoVolume> {
  const volume = await co.create(name, wish);
  await show(volume);
  return volume;
}

async function end(...volumes: readonly CoVolume[]): Promise<void> {
  for (const volume of volumes) {
    await co.unpublish(volume);
    await co.delete(volume);
  }
}

describe("a directory", () => {
  test("lives through every call made twice, and its data outlives pods", async () => {
    const volume = await co.create("life");
    expect(await co.create("life")).toEqual(volume);
    for (const pod of ["first", "second"]) {
      await show(volume);
      await show(volume);
      const file = join(volume.target, "data");
      if (pod === "first") await writeFile(file, "kept");
      else expect(await readFile(file, "utf8")).toBe("kept");
      await co.unpublish(volume);
      await co.unpublish(volume);
    }
    await co.delete(volume);
    await co.delete(volume);
    expect(await mountsOf(sandbox)).toEqual([]);
  });

  test.each([
    [{}, "0 0 777"],
    [{ uid: "1000", gid: "2000", mode: "2770" }, "1000 2000 2770"],
    [{ UID: "7", mode: "750" }, "7 0 750"],
  ])("with the parameters %j belongs to %s", async (parameters, owner) => {
    const volume = await start(`owner-${Object.values(parameters).join("-")}`, { parameters });
    expect(await must("stat", "--format", "%u %g %a", volume.target)).toBe(owner);
    await end(volume);
  });

  test.each([
    [{ mode: "999" }, 'INVALID_ARGUMENT: parameter mode "999" is not allowed: three or four octal digits'],
    [{ uid: "root" }, 'INVALID_ARGUMENT: parameter uid "root" is not allowed'],
    [{ gid: "4294967295" }, 'INVALID_ARGUMENT: parameter gid "4294967295" is not allowed'],
    [{ thin: "true" }, "INVALID_ARGUMENT: parameter thin is not known; known are pool, uid, gid, mode"],
  ])("cannot have the parameters %j", async (parameters, refusal) => {
    expect(await refusalOf(co.create("refused", { parameters }))).toContain(refusal);
  });

  test("is no block device, and takes the filesystem that provisioners ask for as any", async () => {
    expect(await refusalOf(co.create("block", { use: "block" }))).toBe(
      "INVALID_ARGUMENT: volume_capabilities: access_type block is not offered",
    );
    const volume = await co.create("ext4", { use: "ext4" });
    expect(await co.create("ext4", { use: "ext4" })).toEqual(volume);
    await show(volume);
    await end(volume);
  });

  test("is shared by many pods of the node, some of them reading only", async () => {
    const writer = await start("shared", { mode: "MULTI_NODE_MULTI_WRITER" });
    const second = { ...writer, target: `${writer.target}-second` };
    const reader = { ...writer, target: `${writer.target}-reader` };
    await show(second);
    await show(reader, { readonly: true });
    await writeFile(join(second.target, "from-second"), "seen by all");
    expect(await readFile(join(writer.target, "from-second"), "utf8")).toBe("seen by all");
    expect(await readFile(join(reader.target, "from-second"), "utf8")).toBe("seen by all");
    await expect(writeFile(join(reader.target, "x"), "")).rejects.toThrow("EROFS");
    expect(await refusalOf(show(reader))).toContain("read-only, not for writing");
    expect(await refusalOf(co.delete(writer))).toContain("FAILED_PRECONDITION: volume");
    await end(writer).catch(() => {});
    for (const volume of [second, reader]) await co.unpublish(volume);
    await co.delete(writer);
  });

  test("with a mode for one pod is not shown to a second", async () => {
    const volume = await start("alone", { mode: "SINGLE_NODE_SINGLE_WRITER" });
    const refusal = await refusalOf(show({ ...volume, target: `${volume.target}-second` }));
    expect(refusal).toContain("FAILED_PRECONDITION");
    expect(refusal).toContain("already published");
    await end(volume);
  });

  test("takes mount flags that a bind mount can have, and says which those are", async () => {
    const volume = await start("flags", { flags: ["noexec", "nosuid"] });
    expect((await must("findmnt", "--noheadings", "--output", "OPTIONS", volume.target)).split(",")).toEqual(
      expect.arrayContaining(["noexec", "nosuid"]),
    );
    await end(volume);
    const other = await co.create("discard", { flags: ["discard"] });
    expect(await refusalOf(show(other))).toContain("INVALID_ARGUMENT: mount flag discard is one of a filesystem");
    await co.delete(other);
  });

  test("grows on record alone, and no node has to act", async () => {
    const volume = await start("grown", { bytes: 10 * MiB });
    const answer = await co.call("ControllerExpandVolume", {
      volumeId: volume.id,
      capacityRange: { requiredBytes: 20 * MiB },
    });
    expect(answer).toMatchObject({ capacityBytes: String(20 * MiB), nodeExpansionRequired: false });
    await end(volume);
  });

  test("tells its own figures, counted, and never those of the disk below", async () => {
    const volume = await start("stats", { bytes: 100 * MiB });
    await must("dd", "if=/dev/urandom", `of=${join(volume.target, "file")}`, "bs=1M", "count=10", "conv=fsync");
    await must("ln", join(volume.target, "file"), join(volume.target, "again"));
    await must("truncate", "--size", "1G", join(volume.target, "hole"));
    const { usage } = await co.call<{ usage: object[] }>("NodeGetVolumeStats", {
      volumeId: volume.id,
      volumePath: volume.target,
    });
    expect(usage).toEqual([
      { unit: "BYTES", total: String(100 * MiB), used: expect.any(String), available: expect.any(String) },
    ]);
    const { used, available } = usage[0] as { used: string; available: string };
    expect(Number(used) / MiB).toBeCloseTo(10, 0);
    expect(Number(used) + Number(available)).toBe(100 * MiB);
    await end(volume);
  });

  test("that is missing is not published, and its health says so", async () => {
    const volume = await co.create("missing");
    const data = join(sandbox.pool, "volumes", volume.id, "data");
    await rename(data, `${data}.away`);
    expect(await refusalOf(show(volume))).toContain("is missing");
    expect(await co.health(volume)).toEqual(["INACCESSIBLE/BackingFileMissing"]);
    await rename(`${data}.away`, data);
    await end(volume);
  });
});

describe("a copy of a directory", () => {
  async function fill(folder: string): Promise<void> {
    const script = [
      "set -e; cd $0; umask 022",
      "mkdir -m 2751 deep; chown 5:6 deep",
      "printf one > deep/file; chmod 640 deep/file; chown 7:8 deep/file",
      "ln deep/file linked; ln -s deep/file symbolic; mkfifo pipe",
      "truncate -s 20M hole; printf end | dd of=hole bs=1 seek=10000000 conv=notrunc status=none",
      "touch -d 2001-02-03T04:05:06.789 deep/file; touch -h -d 2002-02-02 symbolic; touch -d 2003-03-03 deep",
    ].join("\n");
    await must("sh", "-c", script, folder);
    await setXattr(join(folder, "deep/file"), "user.note", "6b657074");
    await setXattr(join(folder, "deep/file"), "system.posix_acl_access", aclFor1234);
  }
  /** Everything that a copy has to keep, as text. */
  const describeTree = async (folder: string): Promise<string> => {
    const files = await must("sh", "-c", 'cd "$0" && find . -printf "%p %y %m %U %G %n %s %l %T@\\n" | sort', folder);
    const sums = await must("sh", "-c", 'cd "$0" && find . -type f -exec sha256sum {} + | sort', folder);
    return [files, sums, await xattrsOf(join(folder, "deep/file"))].join("\n");
  };
  const blocksOf = async (file: string) => (await stat(file)).blocks;

  test("keeps owners, modes, times, links, attributes, ACLs and holes; of a snapshot, and of a volume", async () => {
    const source = await start("source", { parameters: { mode: "1770", gid: "99" } });
    await fill(source.target);
    const before = await describeTree(source.target);
    expect(before).toContain(`system.posix_acl_access ${aclFor1234}`);
    const snapshot = await co.snapshot("cut", source);
    expect(snapshot).toMatchObject({ readyToUse: true, sourceVolumeId: source.id });
    expect(await co.snapshot("cut", source)).toEqual(snapshot);
    await writeFile(join(source.target, "later"), "not in the snapshot");
    const restored = await start("restored", { source: fromSnapshot(snapshot) });
    const cloned = await start("cloned", { source: fromVolume(source), parameters: { uid: "55" } });
    expect(await describeTree(restored.target)).toBe(before);
    expect(await must("stat", "--format", "%u %g %a", cloned.target)).toBe("55 99 1770");
    expect(await readdir(cloned.target)).toContain("later");
    expect(await blocksOf(join(restored.target, "hole"))).toBeLessThan(1024);
    await writeFile(join(restored.target, "deep/file"), "changed");
    expect(await readFile(join(source.target, "deep/file"), "utf8")).toBe("one");
    await end(source, restored, cloned);
    await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
  });

  test("shares its blocks with the source where the pool can", async () => {
    const source = await start("big");
    await must("dd", "if=/dev/urandom", `of=${join(source.target, "file")}`, "bs=1M", "count=64", "conv=fsync");
    const free = async () => Number(await must("stat", "--file-system", "--format", "%f", sandbox.pool)) * 4096;
    const before = await free();
    const clone = await start("big-clone", { source: fromVolume(source) });
    expect(before - (await free())).toBeLessThan(8 * MiB);
    await must("cmp", join(source.target, "file"), join(clone.target, "file"));
    await end(source, clone);
  });

  test("is made while files are written, renamed over and deleted, and leaves nothing half made", async () => {
    const source = await start("busy");
    const churn = command([
      "sh",
      "-c",
      'cd "$0"; i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo $i >> log; echo $i > new.$i; mv new.$i now; echo $i > gone.$i; rm gone.$i; done',
      source.target,
    ]);
    const names = Array.from({ length: 8 }, (_, index) => `busy-${index}`);
    const outcomes = await Promise.all(
      names.map((name) => co.snapshot(name, source).catch((error: Error & { code?: string }) => error)),
    );
    await churn;
    const snapshots = await readdir(join(sandbox.pool, "snapshots"));
    const made = outcomes.filter((outcome) => !(outcome instanceof Error));
    expect(snapshots).toHaveLength(made.length);
    for (const outcome of outcomes) if (outcome instanceof Error) expect(outcome).toMatchObject({ code: "ABORTED" });
    expect(made.length).toBeGreaterThan(0);
    for (const { snapshotId } of made as { snapshotId: string }[]) await co.call("DeleteSnapshot", { snapshotId });
    await end(source);
  });

  test("cannot be smaller than its source", async () => {
    const source = await co.create("large", { bytes: 50 * MiB });
    const wish = { bytes: 1, limitBytes: 10 * MiB, source: fromVolume(source) };
    expect(await refusalOf(co.create("smaller", wish))).toContain("OUT_OF_RANGE");
    await co.delete(source);
  });
});

describe("a pool", () => {
  test("is one backend's: images and directories never lie in one", async () => {
    const pool = sandbox.path("pool");
    const argv = ["--endpoint", `unix://${sandbox.path("other.sock")}`, "--pool", pool, "--backend", "loop"];
    await driver.stop();
    const { exitCode, stderr } = await command([process.execPath, mainFile, "driver", ...argv]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`the pool ${pool} holds volumes of the hostpath backend; give loop another --pool`);
    driver = await startTestDriver(sandbox, { flags });
    co = new Co(sandbox, driver);
  });

  test("of directories outlives a killed driver with what is published", async () => {
    const volume = await start("survivor");
    await writeFile(join(volume.target, "data"), "kept");
    await driver.kill();
    driver = await startTestDriver(sandbox, { flags });
    co = new Co(sandbox, driver);
    await show(volume);
    expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");
    await end(volume);
    expect(await mountsOf(sandbox)).toEqual([]);
  });
});
