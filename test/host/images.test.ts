import { open, readFile, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LinuxHost } from "../../src/host/linux-host.ts";
import { command, must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { allocatedBytes, type Bed, makeBed, mountFresh, perform, realHost } from "../support/host.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let host: LinuxHost;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 * 2 ** 30 });
  host = await realHost();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const freeBytes = async () => {
  await must("sync", "--file-system", sandbox.pool);
  const { bavail, bsize } = await statfs(sandbox.pool);
  return bavail * bsize;
};

describe("an image", () => {
  test("takes space as it is written, or all of it at once where that was promised", async () => {
    const thin = await makeBed(host, sandbox, "thin", { sizeBytes: 100 * MiB });
    const thick = await makeBed(host, sandbox, "thick", { sizeBytes: 100 * MiB, allocate: true });
    expect((await stat(thin.image.file)).size).toBe(100 * MiB);
    expect(await allocatedBytes(thin.image.file)).toBe(0);
    expect(await allocatedBytes(thick.image.file)).toBeGreaterThanOrEqual(100 * MiB);
  });

  test("that does not fit is said to be so", async () => {
    const image = { sizeBytes: 3 * 2 ** 30, allocate: true };
    await expect(makeBed(host, sandbox, "too-thick", image)).rejects.toMatchObject({ kind: "no-space" });
    await rm(join(sandbox.pool, "too-thick"), { recursive: true });
  });

  test("grows and never shrinks", async () => {
    const { image } = await makeBed(host, sandbox, "resized", { sizeBytes: 8 * MiB });
    for (const sizeBytes of [16 * MiB, 4 * MiB])
      await perform(host, [{ do: "resize-image", path: image.file, sizeBytes }]);
    expect((await stat(image.file)).size).toBe(16 * MiB);
  });
});

describe("a clone", () => {
  test("shares every block with its source, until one of them is written", async () => {
    const { image } = await makeBed(host, sandbox, "source", { sizeBytes: 128 * MiB });
    await must("dd", "if=/dev/urandom", `of=${image.file}`, "bs=1M", "count=64", "conv=notrunc,fsync");
    const before = await freeBytes();
    const copy = join(sandbox.pool, "source", "copy");
    await perform(host, [{ do: "clone-image", from: image.file, to: copy, sizeBytes: 256 * MiB }]);
    expect(before - (await freeBytes())).toBeLessThan(4 * MiB);
    expect((await stat(copy)).size).toBe(256 * MiB);
    expect(await command(["cmp", "--bytes", String(128 * MiB), image.file, copy])).toMatchObject({ exitCode: 0 });
    const file = await open(copy, "r+");
    await file.write(Buffer.from("only here"), 0, 9, 0);
    await file.close();
    expect((await readFile(image.file)).subarray(0, 9).toString()).not.toBe("only here");
  });

  test("of a filesystem that cannot share blocks fails instead of copying for long", async () => {
    await using plain = await makeSandbox({ plain: true });
    const { image } = await makeBed(host, plain, "source", { sizeBytes: MiB, allocate: true });
    const canShare = (await command(["cp", "--reflink=always", image.file, `${image.file}.probe`])).exitCode === 0;
    const cloning = perform(host, [{ do: "clone-image", from: image.file, to: `${image.file}.copy`, sizeBytes: MiB }]);
    if (canShare) await cloning;
    else await expect(cloning).rejects.toThrow(/ENOTSUP|EOPNOTSUPP|EXDEV/);
  });
});

describe("what a user trims", () => {
  /** 64 MiB were written and are free again. */
  async function written(bed: Bed): Promise<void> {
    await mountFresh(host, bed, "ext4");
    const file = join(bed.mountPoint, "file");
    await must("dd", "if=/dev/urandom", `of=${file}`, "bs=1M", "count=64", "conv=fsync");
    await rm(file);
  }

  test("of a thin volume goes back to the pool", async () => {
    const bed = await makeBed(host, sandbox, "trimmed", { sizeBytes: 128 * MiB });
    await written(bed);
    expect(await allocatedBytes(bed.image.file)).toBeGreaterThanOrEqual(64 * MiB);
    // blocks can be trimmed once the journal has forgotten the file that had them, which takes it a moment
    await eventually(async () => {
      await must("sync", "--file-system", bed.mountPoint);
      await must("fstrim", bed.mountPoint);
      expect(await allocatedBytes(bed.image.file)).toBeLessThan(8 * MiB);
    });
  });

  test("of a volume that was promised in full stays his", async () => {
    const bed = await makeBed(host, sandbox, "kept", { sizeBytes: 128 * MiB, allocate: true, discard: false });
    await written(bed);
    await must("sync", "--file-system", bed.mountPoint);
    expect((await command(["fstrim", bed.mountPoint])).stderr).toMatch(/not supported/);
    expect(await allocatedBytes(bed.image.file)).toBeGreaterThanOrEqual(128 * MiB);
  });

  test("of a thin volume goes back even where the next free device has once shown one that was promised in full", async () => {
    const thick = await makeBed(host, sandbox, "number-before", { sizeBytes: 16 * MiB, discard: false });
    const thin = await makeBed(host, sandbox, "number-after", { sizeBytes: 16 * MiB });
    for (let round = 0; round < 2; round += 1) {
      expect(await discardLimit((await host.loops.attach(thick.image, false)).path)).toBe("0\n");
      await host.loops.detach(thick.image.file);
      expect(await discardLimit((await host.loops.attach(thin.image, false)).path)).not.toBe("0\n");
      expect(await host.loops.showing(thin.image.file)).toHaveLength(1);
      await host.loops.detach(thin.image.file);
    }
  });

  const discardLimit = (path: string) =>
    readFile(`/sys/block/${path.replace("/dev/", "")}/queue/discard_max_bytes`, "utf8");
});
