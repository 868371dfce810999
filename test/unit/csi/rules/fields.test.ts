import { describe, expect, test } from "vitest";
import { checkFieldLimits, withinLimit } from "../../../../src/csi/rules/field-limits.ts";
import { healthStatusesInit } from "../../../../src/csi/rules/health.ts";
import { parseNodeId, parseSnapshotId, parseVolumeId } from "../../../../src/csi/rules/id.ts";
import { parseInt64 } from "../../../../src/csi/rules/int64.ts";
import { parseName } from "../../../../src/csi/rules/name.ts";
import { refusal } from "../../../support/refusal.ts";

const bytes = (count: number) => "a".repeat(count);

describe("limits of fields", () => {
  const segments = (value: string) => ({ accessibilityRequirements: { requisite: [{ segments: { key: value } }] } });
  test.each<[string, object]>([
    ["a name of 128 bytes", { name: bytes(128) }],
    ["a map of 4096 bytes", { parameters: { key: bytes(4093) } }],
    ["a long value in a map: only the map has a limit", { volumeContext: { key: bytes(300) } }],
    ["a long topology value, which lies in a map", segments(bytes(300))],
    ["a node_id of 256 bytes", { nodeId: bytes(256) }],
    ["a path as long as the kernel takes", { targetPath: bytes(4096), volumePath: bytes(4096) }],
    ["absent fields", { volumeCapability: null, secrets: {}, volumeCapabilities: [], readonly: false, maxEntries: 3 }],
    ["mount flags, which have a rule of their own", { volumeCapability: { mount: { mountFlags: [bytes(200)] } } }],
  ])("%s is allowed", (_, request) => expect(refusal(() => checkFieldLimits(request))).toBe("it succeeded"));

  test.each<[object, string]>([
    [{ name: bytes(129) }, "name takes 129 bytes, 128 are allowed"],
    [{ name: "ü".repeat(65) }, "name takes 130 bytes, 128 are allowed"],
    [{ nodeId: bytes(257) }, "node_id takes 257 bytes, 256 are allowed"],
    [{ targetPath: bytes(4097) }, "target_path takes 4097 bytes, 4096 are allowed"],
    [{ secrets: { key: bytes(4094) } }, "secrets takes 4097 bytes, 4096 are allowed"],
    [segments(bytes(4096)), "accessibility_requirements.requisite[0].segments takes 4099 bytes, 4096 are allowed"],
    [{ sourceVolumeIds: ["a", bytes(129)] }, "source_volume_ids[1] takes 129 bytes, 128 are allowed"],
    [
      { volumeCapabilities: [{ mount: { fsType: bytes(129) } }] },
      "volume_capabilities[0].mount.fs_type takes 129 bytes, 128 are allowed",
    ],
    [
      { volumeContentSource: { snapshot: { snapshotId: bytes(129) } } },
      "volume_content_source.snapshot.snapshot_id takes 129 bytes, 128 are allowed",
    ],
  ])("beyond them: %#", (request, expected) =>
    expect(refusal(() => checkFieldLimits(request))).toBe(`INVALID_ARGUMENT: ${expected}`),
  );

  test.each([
    ["what fits", bytes(128), bytes(128)],
    ["ASCII", bytes(200), bytes(128)],
    ["characters of two bytes", `a${"ü".repeat(100)}`, `a${"ü".repeat(63)}`],
    ["characters of three bytes", "蔵".repeat(50), "蔵".repeat(42)],
    ["characters of four bytes", `ab${"🗄".repeat(40)}`, `ab${"🗄".repeat(31)}`],
  ])("our own texts keep to 128 bytes and are cut between characters: %s", (_, text, expected) => {
    expect(withinLimit(text)).toBe(expected);
    expect(Buffer.byteLength(withinLimit(text))).toBeLessThanOrEqual(128);
  });
});

describe("health", () => {
  test("a (status, reason) is told once, with a message that fits the limit", () => {
    const full = (message: string) => ({ status: "DEGRADED", reason: "FilesystemFull", message }) as const;
    const gone = { status: "INACCESSIBLE", reason: "BackingFileMissing", message: "ü".repeat(100) } as const;
    expect(healthStatusesInit([full("one"), gone, full("two")])).toEqual([
      full("two"),
      { ...gone, message: "ü".repeat(64) },
    ]);
  });
});

describe("names", () => {
  test.each(["pvc-1", "täglich 蔵 🗄", "tab\tand\nnewline", "../../etc/passwd", "a".repeat(128)])("%j is one", (name) =>
    expect(parseName(name)).toBe(name),
  );
  test.each(["\u0000", "a\u0008", "\u000b", "\u000e", "\u001f", "\u007f", "\u009f"])("%j is refused", (name) =>
    expect(refusal(() => parseName(name))).toMatch(/^INVALID_ARGUMENT: name .* contains a control character$/),
  );
  test("none is refused", () => expect(refusal(() => parseName(""))).toBe("INVALID_ARGUMENT: name is required"));
});

describe("ids are opaque and required", () => {
  test.each([
    [() => parseVolumeId(""), "volume_id is required"],
    [() => parseVolumeId("", "source_volume_id"), "source_volume_id is required"],
    [() => parseSnapshotId(""), "snapshot_id is required"],
    [() => parseNodeId(""), "node_id is required"],
  ])("%#", (parse, expected) => expect(refusal(parse)).toBe(`INVALID_ARGUMENT: ${expected}`));
  test("anything else is taken as it is", () => expect(parseVolumeId("../x\n")).toBe("../x\n"));
});

describe("int64", () => {
  test.each<[string | number | undefined, number]>([
    ["0", 0],
    [undefined, 0],
    [7, 7],
    ["9007199254740991", 9_007_199_254_740_991],
  ])("%s is %s", (text, expected) => expect(parseInt64(text, "field")).toBe(expected));
  test.each([
    ["-9223372036854775808", "INVALID_ARGUMENT: field -9223372036854775808 is negative"],
    ["9007199254740992", "OUT_OF_RANGE: field 9007199254740992 exceeds 9007199254740991"],
  ])("%s is refused", (text, expected) => expect(refusal(() => parseInt64(text, "field"))).toBe(expected));
});
