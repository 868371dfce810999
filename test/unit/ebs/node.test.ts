import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { roomFor } from "../../../src/backend/ebs/attach-limit.ts";
import { diskNamed, disksOf, namesItsDisks, volumeOnDisk } from "../../../src/backend/ebs/disk.ts";
import { checkFormatOptions, mkfsWordsOf } from "../../../src/backend/ebs/mkfs-options.ts";

describe("a disk is known by what it tells of itself", () => {
  const root = mkdtempSync(join(tmpdir(), "kura-sys-"));
  afterAll(() => rmSync(root, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  put("nvme1n1/device/serial", "vol0123456789abcdef0\n");
  put("nvme2n1/device/serial", "AWS6AAD8B0B0B0B0B0B0\n");
  put("loop5/loop/backing_file", "/state/volumes/vol-0fedcba9876543210/data\n");
  put("loop6/loop/backing_file", "/home/vol-0fedcba9876543210\n");
  put("loop7/loop/backing_file", "/state/volumes/vol-0fedcba9876543210/data (deleted)\n");
  mkdirSync(join(root, "sda"));

  test.each([
    ["nvme1n1", "vol-0123456789abcdef0"],
    ["nvme2n1", undefined],
    ["loop5", "vol-0fedcba9876543210"],
    ["loop6", undefined],
    ["sda", undefined],
    ["gone", undefined],
  ])("%s is %s", (name, volume) => expect(volumeOnDisk(name, root)).toBe(volume));

  test("and found by that", () => {
    expect(disksOf("vol-0123456789abcdef0", root)).toEqual(["/dev/nvme1n1"]);
    expect(disksOf("vol-0123456789abcdef", root)).toEqual([]);
  });

  test("a name that leads to another disk is not believed", async () => {
    const link = join(root, "xvdba");
    symlinkSync("/dev/null", link);
    const disks = { byName: true };
    expect(await diskNamed(link, "vol-0123456789abcdef0", disks)).toBeUndefined();
    expect(await diskNamed(join(root, "missing"), "vol-0123456789abcdef0", disks)).toBeUndefined();
  });

  describe("one that tells nothing is taken by its name on an instance before Nitro, and nowhere else", () => {
    const dev = realpathSync(mkdtempSync(join(tmpdir(), "kura-dev-")));
    afterAll(() => rmSync(dev, { recursive: true }));
    for (const name of ["xvdbc", "sdb", "nvme1n1"]) writeFileSync(join(dev, name), "");
    symlinkSync("xvdbc", join(dev, "xvdbd"));
    symlinkSync("nvme1n1", join(dev, "xvdbe"));

    test.each([
      ["xvdbc", true, "xvdbc"],
      ["xvdbc", false, undefined],
      ["xvdbd", true, undefined],
      ["sdb", true, undefined],
      ["xvdbe", false, "nvme1n1"],
    ])("%s, where names count: %s", async (name, byName, found) => {
      const disk = await diskNamed(join(dev, name), "vol-0123456789abcdef0", { byName, dev, sys: root });
      expect(disk).toBe(found && join(dev, found));
    });

    test("what another volume says it is, is not taken by its name", async () => {
      put("xvdbc/device/serial", "vol0fedcba9876543210\n");
      const disks = { byName: true, dev, sys: root };
      expect(await diskNamed(join(dev, "xvdbc"), "vol-0123456789abcdef0", disks)).toBeUndefined();
    });

    put("ec2", "ec2e1916-9099-7caf-fd21-012345abcdef\n");
    put("other", "b4a1f3c2-9099-7caf-fd21-012345abcdef\n");
    test.each([
      ["m4.large", "ec2", true],
      ["t2.micro", "ec2", true],
      ["m5.large", "ec2", false],
      ["", "ec2", false],
      ["m4.large", "other", false],
      ["m4.large", "none", false],
    ])("an instance %s on a hypervisor whose uuid is %s: %s", (type, uuid, isSo) =>
      expect(namesItsDisks(type, join(root, uuid))).toBe(isSo),
    );
  });
});

describe("how many volumes an instance takes", () => {
  test.each([
    ["m5.large", 1, 1, 26],
    ["m5.large", 3, 2, 23],
    ["t3.micro", 1, 1, 26],
    ["m4.large", 4, 1, 38],
    ["m7i.large", 3, 1, 31],
    ["m7i.48xlarge", 3, 1, 127],
    ["c7g.4xlarge", 2, 1, 25],
    ["m5.metal", 5, 1, 26],
    ["", 1, 1, 26],
    ["m5.large", 40, 1, 1],
  ])("%s with %d interfaces and %d volumes at boot: %d", (type, networkInterfaces, volumesAtBoot, room) =>
    expect(roomFor(type, { networkInterfaces, volumesAtBoot })).toBe(room),
  );
});

describe("format options become options of mkfs", () => {
  test.each([
    [{ blocksize: "4096", inodesize: "512" }, "ext4", ["-b", "4096", "-I", "512"]],
    [{ blocksize: "4096", inodesize: "512" }, "xfs", ["-b", "size=4096", "-i", "size=512"]],
    [{ bytesperinode: "8192", numberofinodes: "1000" }, "ext3", ["-i", "8192", "-N", "1000"]],
    [{ ext4bigalloc: "true", ext4clustersize: "16384" }, "ext4", ["-O", "bigalloc", "-C", "16384"]],
    [{ ext4bigalloc: "false" }, "ext4", []],
    [{ type: "gp3" }, "ext4", []],
  ] as const)("%j for %s", (context, fsType, words) => expect(mkfsWordsOf(context, fsType)).toEqual(words));

  test("what is no word is refused on the node too", () =>
    expect(() => mkfsWordsOf({ blocksize: "4096 /dev/sda" }, "ext4")).toThrow(/letters and digits/));

  test.each([
    [{ bytesperinode: "8192" }, "xfs", /not possible for xfs/],
    [{ ext4clustersize: "16384" }, "ext4", /needs ext4BigAlloc/],
    [{ blocksize: "4096" }, undefined, /needs a volume with a filesystem/],
  ] as const)("%j for %s is refused when the volume is made", (parameters, fsType, message) =>
    expect(() => checkFormatOptions(parameters, fsType)).toThrow(message),
  );
});
