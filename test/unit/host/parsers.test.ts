import { describe, expect, test } from "vitest";
import { planCut } from "../../../src/backend/loop/plan-cut.ts";
import { loopSizes, minimumBytesOf } from "../../../src/backend/loop/sizes.ts";
import { describe as describeSignature } from "../../../src/host/blkid.ts";
import { majorMinorOf, parseLoops } from "../../../src/host/loop.ts";
import { isReadOnly, liesOn, parseMounts } from "../../../src/host/mounts.ts";
import { parseBtrfs, parseExt, parseXfs } from "../../../src/host/superblock.ts";
import { fsTypes } from "../../../src/node/volume.ts";

describe("mountinfo", () => {
  const one = (line: string) => parseMounts(`${line}\n`)[0];
  test("a filesystem, with optional fields or without", () => {
    const expected = {
      ...{ device: "7:3", root: "/", path: "/mnt/a", options: ["rw", "noatime"] },
      ...{ fsType: "xfs", source: "/dev/loop3", superOptions: ["rw", "attr2", "nouuid"] },
    };
    for (const optional of ["", "shared:12 ", "shared:12 master:3 propagate_from:2 "])
      expect(one(`36 35 7:3 / /mnt/a rw,noatime ${optional}- xfs /dev/loop3 rw,attr2,nouuid`)).toEqual(expected);
  });

  test.each([
    ["\\040", " "],
    ["\\011", "\t"],
    ["\\012", "\n"],
    ["\\134", "\\"],
    ["\\043", "#"],
    ["\\134040", "\\040"],
    ["tag\\040蔵", "tag 蔵"],
  ])("%s in a path is %j", (written, meant) =>
    expect(one(`1 2 0:5 /r${written} /p${written} rw - tmpfs s${written} rw`)).toMatchObject({
      root: `/r${meant}`,
      path: `/p${meant}`,
      source: `s${meant}`,
    }),
  );

  test("later mounts come later, and an empty text is none", () => {
    expect(
      parseMounts("1 2 0:5 / /a rw - tmpfs a rw\n1 2 0:6 / /a rw - tmpfs b rw\n").map(({ source }) => source),
    ).toEqual(["a", "b"]);
    expect(parseMounts("")).toEqual([]);
  });

  test.each([
    ["rw", "rw", false],
    ["ro", "rw", true],
    ["rw", "ro", true],
    ["rw,errors=remount-ro", "rw", false],
  ])("a mount %s of a filesystem %s is for reading only: %s", (own, whole, expected) => {
    const mount = one(`1 2 7:0 / /a ${own} - ext4 /dev/loop0 ${whole}`);
    expect(mount !== undefined && isReadOnly(mount)).toBe(expected);
  });

  test("a btrfs is told by its device's name, others by its number", () => {
    const device = { device: "7:0", path: "/dev/loop0" };
    const on = (line: string) => liesOn(parseMounts(line)[0] ?? fail(), device);
    expect(on("1 2 7:0 / /a rw - xfs /dev/root rw")).toBe(true);
    expect(on("1 2 7:1 / /a rw - xfs /dev/loop0 rw")).toBe(false);
    expect(on("1 2 0:44 / /a rw - btrfs /dev/loop0 rw")).toBe(true);
    expect(on("1 2 0:44 / /a rw - btrfs /dev/loop1 rw")).toBe(false);
  });
});

function fail(): never {
  throw new Error("there is a line");
}

describe("losetup's list", () => {
  const text = [
    "/dev/loop0   7:0     131 254:1    0",
    " /dev/loop12  7:12  9007199254740993 0:45  1 ",
    "/dev/loop3   7:3",
    "",
  ].join("\n");
  test("each device with the file that it shows; one that shows none is left out", () =>
    expect(parseLoops(text)).toEqual([
      { path: "/dev/loop0", device: "7:0", file: "254:1/131", readOnly: false },
      { path: "/dev/loop12", device: "7:12", file: "0:45/9007199254740993", readOnly: true },
    ]));
  test.each([
    [0x700n, "7:0"],
    [0x70cn, "7:12"],
    [0xfe01n, "254:1"],
    [0x100000n, "0:256"],
    [0x12300745n, "7:74565"],
  ])("device number %s is %s, as the kernel packs it", (dev, expected) => expect(majorMinorOf(dev)).toBe(expected));
});

describe("superblocks", () => {
  const bytes = (length: number, ...parts: readonly (readonly [number, string])[]) => {
    const buffer = Buffer.alloc(length);
    for (const [at, hex] of parts) Buffer.from(hex, "hex").copy(buffer, at);
    return buffer;
  };
  // what mkfs.xfs 6.1.0, mkfs.ext4 and mkfs.ext3 1.47.0 and mkfs.btrfs 6.2 wrote at these places of 320 MiB
  const xfs = bytes(512, [0, "584653420000100000000000000140000000000000000000"]);
  const extBegin = (free: string, features: string) =>
    `004001000000050000400000${free}0400f53f010001000000000000000000000000200000002000000008000000000000ff53086b0000ffff53ef010001000000ff53086b000000000000000001000000000000000b000000000100003c000000${features}`;
  const ext4 = bytes(1024, [0, extBegin("8187", "c20200006b040000")], [0x150, "00000000"]);
  const ext3 = bytes(1024, [0, extBegin("6887", "0200000003000000")]);
  const btrfs = bytes(4096, [
    0x40,
    "5f42485266535f4d060000000000000000c0d201000000000040500100000000000000000000000000000000000000000000001400000000",
  ]);

  test.each([
    ["xfs", parseXfs(xfs), { fsType: "xfs", sizeBytes: 320 * 2 ** 20 }],
    ["ext4", parseExt(ext4), { fsType: "ext4", sizeBytes: 320 * 2 ** 20 }],
    ["ext3", parseExt(ext3), { fsType: "ext3", sizeBytes: 320 * 2 ** 20 }],
    ["btrfs", parseBtrfs(btrfs), { fsType: "btrfs", sizeBytes: 320 * 2 ** 20 }],
  ])("%s is told", (_, found, expected) => expect(found).toEqual(expected));

  test("a 64-bit ext4 counts more blocks than 32 bits hold", () => {
    const large = bytes(
      1024,
      [0x04, "00000000"],
      [0x18, "02000000"],
      [0x38, "53ef"],
      [0x60, "c2000000"],
      [0x150, "01000000"],
    );
    expect(parseExt(large)?.sizeBytes).toBe(16 * 2 ** 40);
  });

  test.each([
    ["zeros", Buffer.alloc(4096)],
    ["less than a superblock", Buffer.from("XFSB")],
    ["nothing", Buffer.alloc(0)],
    ["others' bytes", Buffer.alloc(4096, "ustar")],
  ])("%s are none", (_, buffer) =>
    expect([parseXfs(buffer), parseExt(buffer), parseBtrfs(buffer)]).toEqual([undefined, undefined, undefined]),
  );
});

describe("what blkid prints", () => {
  test.each([
    ["DEVNAME=/dev/loop0\nUUID=abc\nTYPE=crypto_LUKS\nUSAGE=crypto\n", "crypto_LUKS"],
    ["PTUUID=1\nPTTYPE=gpt\n", "a gpt partition table"],
    ["TYPE=swap\nPTTYPE=dos\n", "swap"],
    ["LABEL=a=b\nTYPE=vfat\n", "vfat"],
    ["UUID=abc\n", "an unknown signature"],
    ["", "an unknown signature"],
  ])("%j is %s", (text, expected) => expect(describeSignature(text)).toBe(expected));
});

describe("a cut", () => {
  const shown = (path: string, more: object = {}) => ({
    ...{ path, as: "filesystem", readOnly: false, fsType: "xfs", options: [], alive: true },
    ...more,
  });
  const cutOf = (volume: string, shownAt: readonly object[], attached = true) => ({
    ...{ volume, from: `/v/${volume}`, to: `/s/${volume}`, sizeBytes: 5 },
    facts: {
      backing: { sizeBytes: 5, allocatedBytes: 0 },
      device: attached ? { path: "/dev/loop0", sizeBytes: 5, detaching: false } : undefined,
      readOnlyDevice: undefined,
      shownAt: shownAt as never,
    },
  });
  const inWords = (cuts: readonly ReturnType<typeof cutOf>[]) => {
    const { steps, finally: after = [] } = planCut(cuts, "/frozen");
    const word = (step: (typeof steps)[number]) =>
      `${step.do} ${"path" in step ? step.path : "from" in step ? step.from : ""}`.trim();
    return [steps.map(word), after.map(word)];
  };

  test("of what nobody uses is a clone", () =>
    expect(inWords([cutOf("a", [], false)])).toEqual([["clone-image /v/a"], []]));
  test("of raw blocks flushes first", () =>
    expect(inWords([cutOf("a", [])])).toEqual([["flush", "clone-image /v/a"], []]));
  test("of mounted filesystems freezes all before it clones the first, and thaws all whatever happens", () =>
    expect(inWords([cutOf("a", [shown("/a", { readOnly: true }), shown("/a2")]), cutOf("b", [shown("/b")])])).toEqual([
      [
        ...["flush", "flush", "make-file /frozen/a", "make-file /frozen/b", "freeze /a2", "freeze /b"],
        ...["clone-image /v/a", "clone-image /v/b", "require-frozen /a2", "require-frozen /b"],
      ],
      ["thaw /a2", "thaw /b", "remove-file /frozen/a", "remove-file /frozen/b"],
    ]));
  test("byte by byte stays frozen for as long as it takes", () => {
    const { steps } = planCut([cutOf("a", [shown("/a")])], "/frozen", "copy-image");
    expect(steps.slice(-2)).toEqual([
      { do: "freeze", path: "/a", mark: "/frozen/a", bounded: false, ours: true },
      { do: "copy-image", from: "/v/a", to: "/s/a", sizeBytes: 5 },
    ]);
  });
  test.each([
    ["only read", { readOnly: true }],
    ["shut down", { alive: false }],
    ["shown as a device", { as: "device" }],
  ])("does not freeze what is %s", (_, more) =>
    expect(inWords([cutOf("a", [shown("/a", more)])])).toEqual([["flush", "clone-image /v/a"], []]),
  );
});

test("sizes: every filesystem has a smallest one, and ext4 pools end at 16 TiB", () => {
  expect(Object.keys(minimumBytesOf).sort()).toEqual([...fsTypes].sort());
  for (const isExt of [true, false]) {
    const { minimumBytes, maximumBytes, stepBytes, defaultBytes } = loopSizes(isExt);
    expect([minimumBytes, maximumBytes, defaultBytes].map((bytes) => bytes % stepBytes)).toEqual([0, 0, 0]);
    expect(Number.isSafeInteger(maximumBytes)).toBe(true);
  }
  expect(loopSizes(true).maximumBytes).toBeLessThan(16 * 2 ** 40);
  expect(loopSizes(false).maximumBytes).toBeGreaterThan(64 * 2 ** 40);
});
