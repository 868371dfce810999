import { readdir, statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LinuxHost } from "../../src/host/linux-host.ts";
import { type FsType, fsTypes } from "../../src/node/volume.ts";
import { canGrowExtMounted } from "../support/capabilities.ts";
import { command, must } from "../support/command.ts";
import { allocatedBytes, type Bed, deviceOf, loopOf, makeBed, mountFresh, perform, realHost } from "../support/host.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const GiB = 2 ** 30;
let sandbox: Sandbox;
let host: LinuxHost;

beforeAll(async () => {
  sandbox = await makeSandbox();
  host = await realHost();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const freshBed = async (name: string, fsType: FsType, sizeBytes = 512 * MiB): Promise<Bed> => {
  const bed = await makeBed(host, sandbox, name, { sizeBytes });
  await mountFresh(host, bed, fsType);
  return bed;
};
const unmount = ({ mountPoint }: Bed) => perform(host, [{ do: "unmount", path: mountPoint }]);
const totalBytes = async (path: string): Promise<number> => {
  const { blocks, bsize } = await statfs(path);
  return blocks * bsize;
};
const probe = ({ image }: Bed) => host.probe(image, AbortSignal.timeout(10_000));

describe("mkfs", () => {
  test.each(fsTypes)("makes a %s that the kernel mounts and that is told by its superblock", async (fsType) => {
    const bed = await freshBed(`fresh-${fsType}`, fsType);
    expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", bed.mountPoint)).toBe(fsType);
    await unmount(bed);
    expect(await probe(bed)).toEqual({ kind: "filesystem", fsType, sizeBytes: 512 * MiB });
  });

  test.each([
    ["ext4", 16],
    ["xfs", 128],
    ["btrfs", 16],
  ] as const)("of a 200 GiB %s writes less than %i MiB", async (fsType, mostMiB) => {
    const bed = await freshBed(`large-${fsType}`, fsType, 200 * GiB);
    await unmount(bed);
    expect(await allocatedBytes(bed.image.file)).toBeLessThan(mostMiB * MiB);
  });

  test.each(["ext4", "ext3"] as const)(
    "leaves a lost+found in a %s, which goes once and only while it is empty",
    async (fsType) => {
      const bed = await freshBed(`lost-${fsType}`, fsType);
      expect(await readdir(bed.mountPoint)).toEqual(["lost+found"]);
      await perform(host, [{ do: "remove-lost-and-found", path: bed.mountPoint }]);
      expect(await readdir(bed.mountPoint)).toEqual([]);
      await must("mkdir", "-p", `${bed.mountPoint}/lost+found/kept`);
      await expect(perform(host, [{ do: "remove-lost-and-found", path: bed.mountPoint }])).rejects.toThrow(
        /holds files/,
      );
    },
  );
});

describe("a damaged filesystem", () => {
  test("of ext4 is refused with e2fsck's reason", async () => {
    const bed = await freshBed("damaged-ext4", "ext4");
    await unmount(bed);
    const { path } = await loopOf(host, bed.image);
    // its root directory is gone, and the superblock says that there were errors
    await must("debugfs", "-w", "-R", "clri <2>", path);
    await must("debugfs", "-w", "-R", "ssv state 2", path);
    await expect(perform(host, [{ do: "check", device: deviceOf(bed), fsType: "ext4" }])).rejects.toMatchObject({
      kind: "corrupt",
      message: expect.stringMatching(/damaged and e2fsck does not repair it unasked: .*root inode.*run e2fsck -f/is),
    });
  });

  test("of ext4 that is only unclean is repaired", async () => {
    const bed = await freshBed("unclean-ext4", "ext4");
    await unmount(bed);
    const { path } = await loopOf(host, bed.image);
    await must("debugfs", "-w", "-R", "ssv state 2", path);
    await must("debugfs", "-w", "-R", "ssv free_blocks_count 17", path);
    await perform(host, [{ do: "check", device: deviceOf(bed), fsType: "ext4" }]);
    await must("e2fsck", "-f", "-n", path);
  });

  test.each([
    ["xfs", "seek=1 count=3 bs=512", /xfs on \/dev\/loop\d+ cannot be mounted: it is damaged.*xfs_repair/],
    ["btrfs", "seek=4 count=160 bs=256k", /btrfs on \/dev\/loop\d+ cannot be mounted: it is damaged.*btrfs check/],
  ] as const)("of %s is refused by mount, with the tool that repairs it", async (fsType, where, said) => {
    const bed = await freshBed(`damaged-${fsType}`, fsType);
    await unmount(bed);
    const { path } = await loopOf(host, bed.image);
    await must("dd", "if=/dev/zero", `of=${path}`, "conv=notrunc,fsync", ...where.split(" "));
    const mount = { do: "mount", device: deviceOf(bed), path: bed.mountPoint, fsType, options: [] } as const;
    await expect(perform(host, [mount])).rejects.toMatchObject({
      kind: "corrupt",
      message: expect.stringMatching(said),
    });
  });
});

describe("looking at a mounted filesystem", () => {
  const look = ({ image }: Bed) => host.observe(image, {}, AbortSignal.timeout(60_000));

  test("takes no more memory the more files a pod has put there", async () => {
    const bed = await freshBed("crowded", "xfs");
    const manyNames = `seq --format="%.0f-${"n".repeat(240)}" 100000 | xargs touch`;
    await must("sh", "-e", "-c", `cd "$1"; ${manyNames}`, "sh", bed.mountPoint);
    const program = fileURLToPath(new URL("look-at-image.ts", import.meta.url));
    // the names alone would take more than that
    const withLittle = [process.execPath, "--max-old-space-size=20", program];
    expect(await command([...withLittle, bed.image.file])).toEqual({ exitCode: 0, stdout: "alive", stderr: "" });
  });

  test("tells that it has shut down, even where there is no file in it", async () => {
    const bed = await freshBed("shut-down", "xfs");
    await must("xfs_io", "-x", "-c", "shutdown", bed.mountPoint);
    expect((await look(bed)).volume.shownAt).toMatchObject([{ path: bed.mountPoint, alive: false }]);
    await unmount(bed);
  });
});

describe("growth", () => {
  const grow = async ({ image }: Bed) =>
    perform(host, [
      { do: "resize-image", path: image.file, sizeBytes: 1024 * MiB },
      { do: "refresh-size", source: image },
    ]);

  test.each(["xfs", "btrfs"] as const)("of a mounted %s, and again: nothing changes", async (fsType) => {
    const bed = await freshBed(`grown-${fsType}`, fsType);
    await grow(bed);
    const step = { do: "grow-mounted", device: deviceOf(bed), path: bed.mountPoint, fsType } as const;
    await perform(host, [step, step]);
    expect(await totalBytes(bed.mountPoint)).toBeGreaterThan(900 * MiB);
    await unmount(bed);
    expect(await probe(bed)).toMatchObject({ sizeBytes: 1024 * MiB });
  });

  test.each(["ext4", "ext3"] as const)("of an unmounted %s, which is checked in full before", async (fsType) => {
    const bed = await freshBed(`grown-${fsType}`, fsType);
    await unmount(bed);
    await grow(bed);
    await perform(host, [{ do: "grow-unmounted", device: deviceOf(bed), fsType }]);
    expect(await probe(bed)).toMatchObject({ sizeBytes: 1024 * MiB });
  });

  test("of a mounted ext4 is the kernel's to allow; where it does not, the error says why and what to do", async () => {
    const bed = await freshBed("grown-online", "ext4");
    await grow(bed);
    const isAllowed = await canGrowExtMounted();
    const growth = perform(host, [{ do: "grow-mounted", device: deviceOf(bed), path: bed.mountPoint, fsType: "ext4" }]);
    if (isAllowed) {
      await growth;
      expect(await totalBytes(bed.mountPoint)).toBeGreaterThan(900 * MiB);
    } else {
      await expect(growth).rejects.toMatchObject({
        kind: "cannot-grow-mounted",
        message: expect.stringMatching(
          /lacks the capability SYS_RESOURCE.*unpublish and unstage.*grows when it is staged/,
        ),
      });
    }
  });
});
