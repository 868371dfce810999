import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parametersOf, parametersPage } from "../../../docs/parameters.ts";
import { hostpathParameterRules } from "../../../src/backend/hostpath/parameters.ts";
import { checkMkfsOptions, safeOptions } from "../../../src/backend/loop/mkfs-options.ts";
import { loopParameterRules } from "../../../src/backend/loop/parameters.ts";
import { parseParameters } from "../../../src/backend/parameter-rules.ts";
import type { FsType } from "../../../src/node/volume.ts";
import { refusal } from "../../support/refusal.ts";
import { fromRoot } from "../../support/root.ts";

/** For each key what it accepts (and in which form it is kept), and what it refuses. */
interface Judged {
  readonly accepts: Readonly<Record<string, string>>;
  readonly refuses: readonly string[];
}

const wholeNumbers = (least: number, most: number): Judged => ({
  accepts: { [String(least)]: String(least), [String(most)]: String(most), [`00${least}`]: String(least) },
  refuses: ["", "-1", String(most + 1), "1.5", "1e3", "0x10", " 1", "many"],
});

const booleans: Judged = { accepts: { true: "true", FALSE: "false" }, refuses: ["", "yes", "1", "true "] };
/** They become words of a command. */
const words: Judged = { accepts: { 4096: "4096", "64k": "64k" }, refuses: ["", "4096 -n", "a;b", "/dev/sda", "-n"] };

const poolNames: Judged = {
  accepts: { fast: "fast", "nvme-1": "nvme-1", default: "default" },
  refuses: ["", "Fast", "a b", "-a", "a-", "a/b", "../a", "a".repeat(64)],
};

const judged: Readonly<Record<string, Readonly<Record<string, Judged>>>> = {
  loop: {
    pool: poolNames,
    thin: { accepts: { true: "true", FALSE: "false" }, refuses: ["", "yes", "1", "true "] },
    fsType: {
      accepts: { ext4: "ext4", ext3: "ext3", XFS: "xfs", btrfs: "btrfs" },
      refuses: ["", "ntfs", "ext2", "zfs"],
    },
    mkfsOptions: {
      accepts: { "": "", "-i 8192": "-i 8192", "  -i  8192   -m 1 ": "-i 8192 -m 1", "-m reflink=1": "-m reflink=1" },
      refuses: ["-i", "-J device=/dev/sda", "-d file,name=/etc/passwd", "-i 8192 -E offset=4", "8192", "-m 1;id"],
    },
    iops: wholeNumbers(0, 1_000_000),
    throughput: wholeNumbers(0, 100_000),
  },
  hostpath: {
    pool: poolNames,
    uid: wholeNumbers(0, 4_294_967_294),
    gid: wholeNumbers(0, 4_294_967_294),
    mode: { accepts: { "0755": "0755", "2770": "2770", 755: "0755" }, refuses: ["", "888", "rwx", "07777", "77"] },
  },
  ebs: {
    type: { accepts: { gp3: "gp3", IO2: "io2", standard: "standard" }, refuses: ["", "io3", "constructor"] },
    iops: wholeNumbers(100, 256_000),
    iopsPerGB: wholeNumbers(1, 1000),
    allowAutoIOPSPerGBIncrease: booleans,
    allowAutoIOPSIncreaseOnModify: booleans,
    throughput: wholeNumbers(125, 2000),
    encrypted: booleans,
    kmsKeyId: { accepts: { "alias/volumes": "alias/volumes" }, refuses: [""] },
    blockExpress: booleans,
    volumeInitializationRate: wholeNumbers(100, 300),
    blockAttachUntilInitialized: booleans,
    fsType: { accepts: { ext4: "ext4", XFS: "xfs" }, refuses: ["", "ntfs"] },
    blockSize: words,
    inodeSize: words,
    bytesPerInode: words,
    numberOfInodes: words,
    ext4ClusterSize: words,
    ext4BigAlloc: booleans,
    ext4EncryptionSupport: booleans,
    partition: { accepts: { "": "", 0: "0" }, refuses: ["1", "00"] },
  },
};

describe.each(Object.entries(parametersOf))("%s", (backend, rules) => {
  const parse = (parameters: Record<string, string>) => parseParameters(rules, parameters);

  test("every key is judged here, both ways", () => {
    expect(Object.keys(judged[backend] ?? {}).sort()).toEqual(rules.map(({ key }) => key).sort());
    for (const { accepts, refuses } of Object.values(judged[backend] ?? {})) {
      expect(Object.keys(accepts)).not.toEqual([]);
      expect(refuses).not.toEqual([]);
    }
  });

  test.each(rules.map(({ key, example }) => [key, example]))("%s: its example is accepted: %s", (key, example) =>
    expect(refusal(() => parse({ [key]: example }))).toBe("it succeeded"),
  );

  describe.each(Object.entries(judged[backend] ?? {}))("%s", (key, { accepts, refuses }) => {
    test.each(Object.entries(accepts))("accepts %j and keeps %j, however the key is written", (value, kept) => {
      for (const written of [key, key.toLowerCase(), key.toUpperCase()])
        expect(parse({ [written]: value })).toEqual({ [key.toLowerCase()]: kept });
      expect(parse(parse({ [key]: value }))).toEqual(parse({ [key]: value }));
    });
    test.each(refuses)("refuses %j, and names the key", (value) =>
      expect(refusal(() => parse({ [key]: value }))).toMatch(
        new RegExp(`^INVALID_ARGUMENT: parameter ${key} .*allowed`),
      ),
    );
  });

  test("an unknown key is refused, with those that are known", () =>
    expect(refusal(() => parse({ typo: "1" }))).toBe(
      `INVALID_ARGUMENT: parameter typo is not known; known are ${rules.map(({ key }) => key).join(", ")}`,
    ));

  test.each(rules.map(({ key, formerly, example }) => [key, formerly, example] as const))(
    "%s twice, in different cases or as %s, is refused",
    (key, formerly, example) => {
      for (const other of [key.toUpperCase(), ...(formerly === undefined ? [] : [formerly])])
        expect(refusal(() => parse({ [key.toLowerCase()]: example, [other]: example }))).toMatch(
          new RegExp(`^INVALID_ARGUMENT: parameter ${key} is given twice, in different cases`),
        );
    },
  );

  test("what Kubernetes adds is left alone", () =>
    expect(parse({ "csi.storage.k8s.io/pvc/name": "x", "CSI.storage.k8s.io/pv/name": "y" })).toEqual({}));
});

test("only the keys that are said to be mutable can be changed", () => {
  expect(loopParameterRules.parseMutable({ IOPS: "300", throughput: "5" })).toEqual({ iops: "300", throughput: "5" });
  expect(refusal(() => loopParameterRules.parseMutable({ thin: "true" }))).toBe(
    "INVALID_ARGUMENT: parameter thin is not known; known are iops, throughput",
  );
  expect(refusal(() => loopParameterRules.parseForSnapshot({ iops: "1" }))).toBe(
    "INVALID_ARGUMENT: parameter iops is not known; known are freezeWhileCopying",
  );
});

test("who writes a pod does not choose the pool", () => {
  for (const { parseInline } of [loopParameterRules, hostpathParameterRules])
    expect(refusal(() => parseInline?.({ pool: "fast" }))).toMatch(/^INVALID_ARGUMENT: parameter pool is not known/);
  expect(hostpathParameterRules.parseInline?.({ uid: "1", gid: "2", mode: "700" })).toEqual({
    uid: "1",
    gid: "2",
    mode: "0700",
  });
});

describe("options of mkfs belong to a filesystem", () => {
  const families = { ext: ["ext4", "ext3"], xfs: ["xfs"], btrfs: ["btrfs"] } as const;
  test.each([
    ["ext4", "-i 8192 -m 0.5"],
    ["ext3", "-b 1024 -N 1000 -I 256 -T small"],
    ["xfs", "-m reflink=1 -i size=512 -i maxpct=100 -l size=64m -n size=8k -b size=4k"],
    ["btrfs", "-m dup -d single -n 16k"],
  ] as const)("%s takes %s", (fsType, options) =>
    expect(refusal(() => checkMkfsOptions(options.split(" "), fsType))).toBe("it succeeded"),
  );
  test.each<[FsType, string]>([
    ["ext4", "-m reflink=1"],
    ["xfs", "-i 8192"],
    ["btrfs", "-m 1"],
    ["ext4", "-m 50.5"],
    ["ext4", "-m 51"],
    ["ext4", "-i 1023"],
    ["xfs", "-i maxpct=101"],
    ["xfs", "-l logdev=/dev/sda"],
  ])("%s does not take %s", (fsType, options) =>
    expect(refusal(() => checkMkfsOptions(options.split(" "), fsType))).toBe(
      `INVALID_ARGUMENT: parameter mkfsOptions ${JSON.stringify(options)} is not allowed for ${fsType}`,
    ),
  );
  test("every filesystem has some, and none names a device or a file", () => {
    expect([...new Set(safeOptions.map(({ family }) => family))].sort()).toEqual(Object.keys(families).sort());
    for (const { value } of safeOptions)
      for (const path of ["/dev/sda", "device=/dev/sda", "a/b"]) expect(path).not.toMatch(value);
  });
});

test("docs/parameters.md is made of these rules (npm run docs)", () => {
  expect(readFileSync(fromRoot("docs/parameters.md"), "utf8")).toBe(parametersPage());
});
