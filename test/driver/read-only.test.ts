import { readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, capabilityOf, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();

const optionsOf = async (path: string): Promise<readonly string[]> =>
  (await must("findmnt", "--noheadings", "--output", "OPTIONS", path)).split(",");
const deviceOf = (path: string): Promise<string> => must("findmnt", "--noheadings", "--output", "SOURCE", path);
const dd = (to: string) => command(["dd", "if=/dev/urandom", `of=${to}`, "bs=4096", "count=1", "conv=fsync,notrunc"]);

describe("a read-only publish", () => {
  test("of a filesystem cannot be written by root, while its other publish can", async () => {
    const volume = await at.co.start("shared-mount", {
      use: "ext4",
      bytes: 32 * MiB,
      mode: "SINGLE_NODE_MULTI_WRITER",
    });
    const reader = { ...volume, target: `${volume.target}-reader` };
    await at.co.publish(reader, { readonly: true });
    await writeFile(join(volume.target, "data"), "seen by both");
    expect(await readFile(join(reader.target, "data"), "utf8")).toBe("seen by both");
    await expect(writeFile(join(reader.target, "data"), "no")).rejects.toThrow(/EROFS/);
    await at.co.unpublish(reader);
    await at.co.end(volume);
  });

  test("of raw blocks cannot be written by root: its readers have a device of their own", async () => {
    const volume = await at.co.start("shared-block", { use: "block", bytes: MiB, mode: "SINGLE_NODE_MULTI_WRITER" });
    const reader = { ...volume, target: `${volume.target}-reader` };
    await at.co.publish(reader, { readonly: true });
    await at.co.publish(reader, { readonly: true });
    expect((await dd(volume.target)).exitCode).toBe(0);
    expect((await dd(reader.target)).stderr).toMatch(/Operation not permitted|Read-only|Permission denied/);
    expect(await must("cmp", volume.target, reader.target)).toBe("");
    expect(await refusalOf(at.co.publish(reader))).toMatch(/^ALREADY_EXISTS: .* holds volume .* read-only$/);
    await at.co.unpublish(reader);
    await at.co.end(volume);
  });
});

describe("a volume for readers only", () => {
  test.each(["SINGLE_NODE_READER_ONLY", "MULTI_NODE_READER_ONLY"])(
    "has a device that root cannot write: %s",
    async (mode) => {
      const writer = await at.co.start(`for-${mode}`, { use: "ext4", bytes: 32 * MiB });
      await writeFile(join(writer.target, "data"), "written before");
      await at.co.hide(writer);
      const reader: CoVolume = { ...writer, capability: capabilityOf("ext4", mode) };
      await at.co.show(reader);
      expect(await readFile(join(reader.target, "data"), "utf8")).toBe("written before");
      await expect(writeFile(join(reader.target, "more"), "")).rejects.toThrow(/EROFS/);
      expect((await dd(await deviceOf(reader.target))).exitCode).not.toBe(0);
      expect((await command(["mount", "-o", "remount,rw", reader.staging])).exitCode).not.toBe(0);
      await at.co.end(reader);
    },
  );

  test("that was never written is formatted by a writer, who goes before the reader comes", async () => {
    const volume = await at.co.start("born-for-readers", {
      use: "xfs",
      bytes: 320 * MiB,
      mode: "MULTI_NODE_READER_ONLY",
    });
    expect(await readdir(volume.target)).toEqual([]);
    expect(await must("blockdev", "--getro", await deviceOf(volume.target))).toBe("1");
    await at.co.end(volume);
  });
});

describe("mount flags", () => {
  test("are what the kernel mounts with", async () => {
    const flags = ["noatime", "nodev", "nosuid"];
    const volume = await at.co.start("flags", { use: "ext4", bytes: 32 * MiB, flags });
    expect(await optionsOf(volume.staging)).toEqual(expect.arrayContaining(flags));
    await at.co.end(volume);
  });

  test.each([
    ["ext3", 32 * MiB],
    ["ext4", 32 * MiB],
    ["xfs", 320 * MiB],
    ["btrfs", 256 * MiB],
  ] as const)("`ro` on a new %s, and after it grew unmounted", async (use, bytes) => {
    const volume = await at.co.start(`ro-${use}`, { use, bytes, flags: ["ro"] });
    expect(await readdir(volume.target)).toEqual([]);
    const { blocks } = await statfs(volume.target);
    await at.co.show(volume);
    await at.co.hide(volume);
    const capacityRange = { requiredBytes: bytes + 64 * MiB };
    await at.co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange });
    for (let times = 0; times < 2; times += 1) await at.co.show(volume);
    expect((await statfs(volume.target)).blocks).toBeGreaterThan(blocks);
    await expect(writeFile(join(volume.target, "data"), "no")).rejects.toThrow(/EROFS/);
    await at.co.end(volume);
  });

  test("that the filesystem does not know are the caller's mistake, and leave nothing mounted", async () => {
    const volume = await at.co.create("bad-flags", { use: "ext4", bytes: 32 * MiB, flags: ["nobodyknows"] });
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^INVALID_ARGUMENT: .*cannot be mounted with the options nobodyknows/,
    );
    await at.co.end(volume);
  });

  test("other than those it is staged with are another wish", async () => {
    const volume = await at.co.start("other-flags", { use: "ext4", bytes: 32 * MiB });
    const other = { volumeCapability: capabilityOf("ext4", undefined, ["noatime"]) };
    expect(await refusalOf(at.co.stage(volume, other))).toMatch(/^ALREADY_EXISTS: .* without the mount flag noatime$/);
    await at.co.end(volume);
  });
});
