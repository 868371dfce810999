import { mkdir, mkdtemp, open, readFile, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ifThere } from "../../src/host/errno.ts";
import { must } from "../support/command.ts";
import { Random } from "../support/random.ts";
import { clearAway } from "../support/sandbox.ts";
import { chooseCuts } from "./cuts.ts";
import { disksAfter } from "./disks.ts";
import { epochsOf } from "./epochs.ts";
import { startRecorder } from "./recorder/recorder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kura-test-"));
});
afterEach(() => clearAway(folder));

const MiB = 2 ** 20;

async function makeImage(bytes: number): Promise<string> {
  const image = join(folder, "image");
  await writeFile(image, "");
  await truncate(image, bytes);
  return image;
}

describe("a disk that takes notes", () => {
  test("notes writes, trims, flushes and marks in the order in which they happened", async () => {
    await using recorder = await startRecorder(folder, await makeImage(MiB));
    const disk = await open(recorder.disk, "r+");
    await disk.write(Buffer.alloc(4096, "a"), 0, 4096, 8192);
    // which flushes by itself
    await must("fallocate", "--punch-hole", "--offset", "8192", "--length", "4096", recorder.disk);
    await recorder.mark("flushed");
    await disk.write(Buffer.alloc(512, "b"), 0, 512, 0);
    await disk.close();
    await recorder.mark("not flushed");
    const seen = await readFile(recorder.disk);
    expect([seen.subarray(0, 512).toString(), seen.length]).toEqual(["b".repeat(512), MiB]);
    expect(seen.subarray(8192, 12_288).equals(Buffer.alloc(4096))).toBe(true);
    expect(await recorder.end()).toEqual([
      { kind: "write", offset: 8192, bytes: Buffer.alloc(4096, "a") },
      { kind: "zero", offset: 8192, length: 4096 },
      { kind: "flush" },
      { kind: "mark", text: "flushed" },
      { kind: "write", offset: 0, bytes: Buffer.alloc(512, "b") },
      { kind: "mark", text: "not flushed" },
    ]);
  });

  test("shows what a filesystem's user would lose who forgot to flush, and nothing that was flushed is ever lost", async () => {
    const base = await makeImage(300 * MiB);
    await must("mkfs.xfs", "-q", base);
    const [image, path] = [join(folder, "recorded-image"), join(folder, "mounted")];
    await must("cp", "--sparse=always", base, image);
    await mkdir(path);
    await using recorder = await startRecorder(folder, image);
    await must("mount", "-o", "loop", recorder.disk, path);
    await writeFile(join(path, "flushed"), "kept", { flush: true });
    await recorder.mark("flushed");
    await writeFile(join(path, "forgotten"), "lost");
    await recorder.mark("forgotten");
    await must("umount", path);
    const epochs = epochsOf(await recorder.end());
    const lost: string[] = [];
    for await (const { cut, disk } of disksAfter(base, epochs, chooseCuts(epochs, 10, new Random(1)))) {
      await must("mount", "-o", "loop", disk, path);
      for (const name of epochs[cut.epoch]?.said ?? [])
        if ((await ifThere(readFile(join(path, name), "utf8")))?.length !== 4) lost.push(name);
      await must("umount", path);
    }
    expect([...new Set(lost)]).toEqual(["forgotten"]);
  });
});
