import { open, truncate, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { probe } from "../../src/host/probe.ts";
import { commandRunner } from "../../src/host/run.ts";
import { must } from "../support/command.ts";
import { makeSandbox } from "../support/sandbox.ts";

const run = commandRunner();
const MiB = 2 ** 20;
const unsigned = { kind: "unsigned" };
const { signal } = new AbortController();

describe("blank is only what is proven so", () => {
  test.each<[string, (path: string) => Promise<unknown>, object]>([
    ["a file without a block", async () => {}, { kind: "blank" }],
    ["zeros", (path) => writeFile(path, Buffer.alloc(8192), { flag: "r+" }), { kind: "blank" }],
    ["bytes of no kind at the beginning", (path) => writeFile(path, "database", { flag: "r+" }), { kind: "unsigned" }],
    ["bytes of no kind at the end", (path) => writeAtEnd(path, "log"), { kind: "unsigned" }],
    ["swap", (path) => must("mkswap", path), { kind: "other", description: "swap" }],
    ["ext2", (path) => must("mkfs.ext2", "-q", path), { kind: "filesystem" }],
    ["bytes of no kind somewhere between", (path) => writeAt(path, 23.4 * MiB, Buffer.alloc(MiB, "x")), unsigned],
    ["a partition table", writePartitionTable, { kind: "other", description: "a dos partition table" }],
  ])("%s", async (_, fill, expected) => {
    await using sandbox = await makeSandbox({ plain: true });
    const path = sandbox.path("image");
    await writeFile(path, "");
    await truncate(path, 64 * MiB);
    await fill(path);
    expect(await probe(path, run, signal)).toMatchObject(expected);
  });

  test.each([
    ["ext4", 1024, ["mkfs.ext4", "-qF"]],
    ["ext4 of blocks of 1 KiB", 64, ["mkfs.ext4", "-qF", "-b", "1024"]],
    ["ext3 of blocks of 2 KiB", 200, ["mkfs.ext3", "-qF", "-b", "2048"]],
    ["xfs", 1000, ["mkfs.xfs", "-q"]],
    ["btrfs", 512, ["mkfs.btrfs", "-q"]],
  ] as const)("nor is %s that lost its first MiB: its copies may bring it back", async (_, sizeMiB, mkfs) => {
    await using sandbox = await makeSandbox({ plain: true });
    const path = sandbox.path("image");
    await writeFile(path, "");
    await truncate(path, sizeMiB * MiB);
    await must(...mkfs, path);
    await writeAt(path, 0, Buffer.alloc(MiB));
    expect(await probe(path, run, signal)).toEqual(unsigned);
  });

  test("a disk of many TiB is told without reading much of it", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const path = sandbox.path("image");
    await writeFile(path, "0");
    await truncate(path, 12 * 2 ** 40);
    await writeAt(path, 0, Buffer.alloc(1));
    expect(await probe(path, run, signal)).toEqual({ kind: "blank" });
    await writeAt(path, 11 * 2 ** 40, Buffer.from("XFSB"));
    expect(await probe(path, run, signal)).toEqual(unsigned);
  });

  test("not what cannot be opened", async () => {
    await expect(probe("/nonexistent", run, signal)).rejects.toThrow("ENOENT");
  });
});

/** One partition of type 83 from sector 2048 on, and the signature. */
async function writePartitionTable(path: string): Promise<void> {
  const sector = Buffer.alloc(512);
  Buffer.from("00000000830000000008000000400000", "hex").copy(sector, 446);
  Buffer.from("55aa", "hex").copy(sector, 510);
  await writeFile(path, sector, { flag: "r+" });
}

const writeAtEnd = (path: string, text: string): Promise<void> =>
  writeAt(path, 64 * MiB - text.length, Buffer.from(text));

async function writeAt(path: string, position: number, bytes: Buffer): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, Math.floor(position));
}
