import { describe, expect, test } from "vitest";
import type { VolumeCapability } from "../../../../proto/gen/csi/v1/VolumeCapability.ts";
import type { AccessMode } from "../../../../src/backend/backend.ts";
import { parseMountFlags } from "../../../../src/csi/rules/mount-flags.ts";
import {
  allowsManyTargets,
  fsTypeOf,
  isReaderOnly,
  kindsOf,
  objectionTo,
  parseCapabilities,
  parseCapability,
} from "../../../../src/csi/rules/volume-capability.ts";
import { block, mount } from "../../../support/access.ts";
import { refusal } from "../../../support/refusal.ts";

const wire = (capability: object) => capability as VolumeCapability;

describe("a capability", () => {
  test("of a filesystem has a type, flags and a mode", () =>
    expect(parseCapability(mount({ fsType: "xfs", mountFlags: ["noatime", "nodev,nosuid"] }))).toEqual({
      access: { kind: "mount", fsType: "xfs", flags: ["noatime", "nodev", "nosuid"] },
      mode: "SINGLE_NODE_WRITER",
    }));

  test("of raw blocks has a mode only", () =>
    expect(parseCapability(block("MULTI_NODE_READER_ONLY"))).toEqual({
      access: { kind: "block" },
      mode: "MULTI_NODE_READER_ONLY",
    }));

  test.each<[string, VolumeCapability | null, string]>([
    ["none", null, "volume_capability is required"],
    [
      "no access type",
      wire({ accessMode: { mode: "SINGLE_NODE_WRITER" } }),
      "volume_capability.access_type is required",
    ],
    ["no mode", wire({ accessType: "block", accessMode: null }), "volume_capability.access_mode UNKNOWN is not known"],
    [
      "a mode that is not known",
      wire({ accessType: "block", accessMode: { mode: 99 } }),
      "volume_capability.access_mode 99 is not known",
    ],
    [
      "another filesystem",
      mount({ fsType: "ntfs" }),
      'volume_capability.mount.fs_type "ntfs" is not one of ext4, ext3, xfs, btrfs',
    ],
    [
      "another case",
      mount({ fsType: "EXT4" }),
      'volume_capability.mount.fs_type "EXT4" is not one of ext4, ext3, xfs, btrfs',
    ],
  ])("%s is refused", (_, capability, expected) =>
    expect(refusal(() => parseCapability(capability))).toBe(`INVALID_ARGUMENT: ${expected}`),
  );

  test("of a list is named by its place, and a list must have one", () => {
    const one = mount();
    expect(refusal(() => parseCapabilities([one, mount({ fsType: "zfs" })]))).toContain("volume_capabilities[1].mount");
    expect(refusal(() => parseCapabilities([]))).toBe("INVALID_ARGUMENT: volume_capabilities is required");
  });
});

describe("what several capabilities come to", () => {
  const parsed = (...capabilities: readonly VolumeCapability[]) => parseCapabilities(capabilities);
  test("each kind once", () =>
    expect(kindsOf(parsed(mount(), block(), mount({ fsType: "xfs" })))).toEqual(["block", "mount"]));
  test.each<[string, readonly VolumeCapability[], string | undefined]>([
    ["the one that is named", [mount(), mount({ fsType: "xfs" }), block()], "xfs"],
    ["none where none is named", [mount(), block()], undefined],
  ])("the filesystem is %s", (_, capabilities, expected) => expect(fsTypeOf(parsed(...capabilities))).toBe(expected));
  test("two filesystems at a time are refused", () =>
    expect(refusal(() => fsTypeOf(parsed(mount({ fsType: "xfs" }), mount({ fsType: "ext4" }))))).toBe(
      "INVALID_ARGUMENT: volume_capabilities: fs_type cannot be xfs and ext4 at a time",
    ));
});

describe("access modes", () => {
  test.each<[AccessMode, boolean, boolean]>([
    ["SINGLE_NODE_WRITER", false, false],
    ["SINGLE_NODE_READER_ONLY", true, false],
    ["SINGLE_NODE_SINGLE_WRITER", false, false],
    ["SINGLE_NODE_MULTI_WRITER", false, true],
    ["MULTI_NODE_READER_ONLY", true, true],
    ["MULTI_NODE_SINGLE_WRITER", false, true],
    ["MULTI_NODE_MULTI_WRITER", false, true],
  ])("%s: only readers %s, many paths %s", (mode, reads, many) => {
    expect(isReaderOnly(mode)).toBe(reads);
    expect(allowsManyTargets(mode)).toBe(many);
  });

  test("what the backend does not offer is named", () => {
    const backend = { kinds: new Set(["mount"] as const), accessModes: new Set(["SINGLE_NODE_WRITER"] as const) };
    expect(objectionTo(parseCapability(mount()), backend)).toBeUndefined();
    expect(objectionTo(parseCapability(block()), backend)).toBe("access_type block is not offered");
    expect(objectionTo(parseCapability(mount({}, "MULTI_NODE_MULTI_WRITER")), backend)).toBe(
      "access_mode MULTI_NODE_MULTI_WRITER is not offered, only SINGLE_NODE_WRITER",
    );
  });
});

describe("mount flags", () => {
  test.each<[readonly string[], readonly string[]]>([
    [[], []],
    [
      ["noatime", "data=ordered"],
      ["noatime", "data=ordered"],
    ],
    [[" noatime , nodev"], ["noatime", "nodev"]],
    [['context="system_u:object_r:x:s0:c1,c2"'], ['context="system_u:object_r:x:s0:c1', 'c2"']],
    [
      ["compress=zstd:3", "logbsize=256k"],
      ["compress=zstd:3", "logbsize=256k"],
    ],
  ])("%j are %j", (flags, expected) => expect(parseMountFlags(flags, "mount_flags")).toEqual(expected));

  test.each([
    ...["bind", "rbind", "move", "remount", "loop", "loop=/dev/loop0", "offset=0", "LOOP", "shared", "rslave"],
    ...["X-mount.mkdir", "x-systemd.automount", "helper=nfs", "uhelper=udisks2", "device=/dev/sda", "logdev=/dev/sda"],
    ...["journal_path=/dev/sda", "sb=1", "subvol=/", "verity.roothash=00", "verity.roothashfile=/etc/x"],
  ])("%s leads away from the volume and is refused", (flag) =>
    expect(refusal(() => parseMountFlags(["noatime", flag], "mount_flags"))).toBe(
      `INVALID_ARGUMENT: mount_flags: ${flag} is not allowed`,
    ),
  );

  test.each(["", "-o", "a b", "a;b", "$(id)", "a\nb", "noatime,,nodev", "'"])("%j is no option", (flag) =>
    expect(refusal(() => parseMountFlags([flag], "mount_flags"))).toMatch(
      /^INVALID_ARGUMENT: .* is not a mount option$/,
    ),
  );

  test("4 KiB of them are allowed together, and no more", () => {
    expect(refusal(() => parseMountFlags(["a".repeat(4000), "b".repeat(96)], "f"))).toBe("it succeeded");
    expect(refusal(() => parseMountFlags(["a".repeat(4000), "b".repeat(97)], "f"))).toBe(
      "INVALID_ARGUMENT: f takes 4097 bytes, 4096 are allowed",
    );
  });
});
