import { describe, expect, test } from "vitest";
import { isAllowed } from "../../../../src/backend/backend.ts";
import { contentSourceInit, parseContentSource, sameSource } from "../../../../src/csi/rules/content-source.ts";
import { parsePage, tokenOf } from "../../../../src/csi/rules/page.ts";
import { pathsUnder } from "../../../../src/csi/rules/path.ts";
import { parsePlaces } from "../../../../src/csi/rules/topology.ts";
import { refusal } from "../../../support/refusal.ts";

const at = (node: string) => ({ segments: { node } });

describe("places", () => {
  test("the preferred come first, each once; the requisite bind", () =>
    expect(parsePlaces({ preferred: [at("b")], requisite: [at("a"), at("b"), at("c")] })).toEqual({
      inOrder: [{ node: "b" }, { node: "a" }, { node: "c" }],
      binding: true,
    }));
  test("without a requisite place the preferred ones are wishes", () =>
    expect(parsePlaces({ preferred: [at("b")], requisite: [] })).toEqual({ inOrder: [{ node: "b" }], binding: false }));
  test("none at all is anywhere", () => expect(parsePlaces(null)).toBeUndefined());
  test("the same segments in another order are the same place", () =>
    expect(
      parsePlaces({
        preferred: [{ segments: { zone: "z", node: "a" } }],
        requisite: [{ segments: { node: "a", zone: "z" } }],
      })?.inOrder,
    ).toHaveLength(1));
  test("a requirement that requires nothing is refused", () =>
    expect(refusal(() => parsePlaces({ preferred: [], requisite: [] }))).toBe(
      "INVALID_ARGUMENT: accessibility_requirements: requisite or preferred is required",
    ));

  test.each([
    ["anywhere", undefined, true],
    ["its own place", { inOrder: [{ node: "a" }], binding: true }, true],
    ["its own place, told with more segments", { inOrder: [{ node: "a", zone: "z" }], binding: true }, true],
    ["another place", { inOrder: [{ node: "b" }], binding: true }, false],
    ["another place, as a wish", { inOrder: [{ node: "b" }], binding: false }, true],
  ])("a volume of node a is allowed in %s: %s", (_, places, expected) =>
    expect(isAllowed({ node: "a" }, places)).toBe(expected),
  );
});

describe("pages", () => {
  test("a token leads back to where its page ended, and keeps to 128 bytes", () => {
    const id = "aaaaaaaa-00000000000000000000-ffffff";
    expect(parsePage(3, tokenOf(id))).toEqual({ after: id, limit: 3 });
    expect(Buffer.byteLength(tokenOf(id))).toBeLessThanOrEqual(128);
  });
  test("no token is the beginning, 0 entries is all of them", () => {
    expect(parsePage(0, "")).toEqual({ after: undefined, limit: undefined });
    expect(tokenOf(undefined)).toBe("");
  });
  test.each(["0", "999", "invalid-token", "-1", ".", `${tokenOf("a")}0`, tokenOf("a").replace(/^./, "Z")])(
    "%s is not one of ours: ABORTED",
    (token) => expect(refusal(() => parsePage(0, token))).toMatch(/^ABORTED: starting_token .* is not one of ours/),
  );
  test("a negative count is refused", () =>
    expect(refusal(() => parsePage(-1, ""))).toBe("INVALID_ARGUMENT: max_entries -1 is negative"));
});

describe("content sources", () => {
  test.each([
    [null, undefined],
    [
      { type: "snapshot" as const, snapshot: { snapshotId: "s" } },
      { kind: "snapshot", id: "s" },
    ],
    [
      { type: "volume" as const, volume: { volumeId: "v" } },
      { kind: "volume", id: "v" },
    ],
  ])("%j is %j", (wire, expected) => expect(parseContentSource(wire)).toEqual(expected));

  test.each([
    [{}, "volume_content_source.type is required"],
    [
      { type: "snapshot" as const, snapshot: { snapshotId: "" } },
      "volume_content_source.snapshot.snapshot_id is required",
    ],
    [{ type: "volume" as const, volume: null }, "volume_content_source.volume.volume_id is required"],
  ])("%j is refused", (wire, expected) =>
    expect(refusal(() => parseContentSource(wire))).toBe(`INVALID_ARGUMENT: ${expected}`),
  );

  test("what was parsed is told again as it came", () => {
    const source = parseContentSource({ type: "volume", volume: { volumeId: "v" } });
    expect(contentSourceInit(source)).toEqual({ volume: { volumeId: "v" } });
    expect(contentSourceInit(parseContentSource({ type: "snapshot", snapshot: { snapshotId: "s" } }))).toEqual({
      snapshot: { snapshotId: "s" },
    });
    expect(contentSourceInit(undefined)).toBeNull();
    expect(sameSource(source, parseContentSource({ type: "volume", volume: { volumeId: "v" } }))).toBe(true);
    expect(sameSource(source, parseContentSource({ type: "snapshot", snapshot: { snapshotId: "v" } }))).toBe(false);
    expect(sameSource(source, undefined)).toBe(false);
  });
});

describe("paths", () => {
  const anywhere = pathsUnder(undefined);
  const underKubelet = pathsUnder("/var/lib/kubelet/");
  test.each([
    ["/a/b", "/a/b"],
    ["/a//b/", "/a/b"],
    ["/a/./b", "/a/b"],
    ["/a/..b", "/a/..b"],
  ])("%s is %s", (path, expected) => expect(anywhere(path, "target_path")).toBe(expected));
  test("under kubelet's directory is allowed", () =>
    expect(underKubelet("/var/lib/kubelet/pods/x", "target_path")).toBe("/var/lib/kubelet/pods/x"));

  test.each([
    [anywhere, "", "target_path is required"],
    [anywhere, "a/b", 'target_path "a/b" is not an absolute path'],
    [anywhere, "/a\0b", 'target_path "/a\\u0000b" is not an absolute path'],
    [anywhere, "/a/../b", "target_path /a/../b contains .."],
    [anywhere, "/", "target_path must not be the root directory"],
    [anywhere, "//.", "target_path must not be the root directory"],
    [underKubelet, "/etc/passwd", "target_path /etc/passwd is not under --kubelet-dir /var/lib/kubelet/"],
    [underKubelet, "/var/lib/kubelet", "target_path /var/lib/kubelet is not under --kubelet-dir /var/lib/kubelet/"],
    [
      underKubelet,
      "/var/lib/kubelet2/x",
      "target_path /var/lib/kubelet2/x is not under --kubelet-dir /var/lib/kubelet/",
    ],
  ])("%#: %j is refused", (parse, path, expected) =>
    expect(refusal(() => parse(path, "target_path"))).toBe(`INVALID_ARGUMENT: ${expected}`),
  );
});
