import { open, truncate, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { probe } from "../../src/host/probe.ts";
import { commandRunner } from "../../src/host/run.ts";
import { must } from "../support/command.ts";
import { makeSandbox } from "../support/sandbox.ts";

const run = commandRunner();
const { signal } = new AbortController();

describe("blank is only what is proven so", () => {
  test.each<[string, (path: string) => Promise<unknown>, object]>([
    ["a file without a block", async () => {}, { kind: "blank" }],
    ["zeros", (path) => writeFile(path, Buffer.alloc(8192), { flag: "r+" }), { kind: "blank" }],
    ["bytes of no kind at the beginning", (path) => writeFile(path, "database", { flag: "r+" }), { kind: "unsigned" }],
    ["bytes of no kind at the end", (path) => writeAtEnd(path, "log"), { kind: "unsigned" }],
    ["swap", (path) => must("mkswap", path), { kind: "other", description: "swap" }],
    ["ext2", (path) => must("mkfs.ext2", "-q", path), { kind: "filesystem" }],
    ["a partition table", writePartitionTable, { kind: "other", description: "a dos partition table" }],
  ])("%s", async (_, fill, expected) => {
    await using sandbox = await makeSandbox({ plain: true });
    const path = sandbox.path("image");
    await writeFile(path, "");
    await truncate(path, 64 * 2 ** 20);
    await fill(path);
    expect(await probe(path, run, signal)).toMatchObject(expected);
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

async function writeAtEnd(path: string, text: string): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(text, 64 * 2 ** 20 - text.length);
}
