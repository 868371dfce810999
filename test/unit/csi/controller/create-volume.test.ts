import { describe, expect, test } from "vitest";
import { block, mount } from "../../../support/access.ts";
import { inPlace } from "../../../support/cluster.ts";
import { controller, required } from "../../../support/controller.ts";
import { refusalOf } from "../../../support/refusal.ts";

describe("CreateVolume again", () => {
  test.each<[string, object, object]>([
    ["the same", required(4096), required(4096)],
    ["a range in which the volume lies", required(4096), required(1024, 8192)],
    ["no size at all", required(4096), {}],
    ["fewer ways to use it", { volumeCapabilities: [mount(), block()] }, { volumeCapabilities: [block()] }],
    ["its own filesystem by name", {}, { volumeCapabilities: [mount({ fsType: "ext4" })] }],
    ["parameters in another case", { parameters: { colourOf: "1" } }, { parameters: { COLOUROF: "1" } }],
    ["parameters of Kubernetes' own", {}, { parameters: { "csi.storage.k8s.io/pvc/name": "x" } }],
    ["its own place among others", inPlace("node-a"), inPlace("node-b", "node-a")],
    ["a mutable parameter that says the same", { parameters: { iops: "5" } }, { mutableParameters: { iops: "5" } }],
  ])("with %s finds the volume", async (_, first, second) => {
    const { create, state } = controller();
    const made = await create(first);
    expect(await create(second)).toEqual(made);
    expect(state.volumes.size).toBe(1);
  });

  test.each<[string, object, object, string]>([
    ["a larger size", required(4096), required(8192), "with a size of 4096 bytes"],
    ["a lower limit", required(4096), required(0, 2048), "with a size of 4096 bytes"],
    ["other parameters", { parameters: { colourOf: "1" } }, { parameters: { colourOf: "2" } }, "with other parameters"],
    ["no parameters", { parameters: { colourOf: "1" } }, {}, "with other parameters"],
    [
      "other mutable ones",
      { mutableParameters: { iops: "1" } },
      { mutableParameters: { iops: "2" } },
      "with other parameters",
    ],
    ["another access type", {}, { volumeCapabilities: [block()] }, "without the access type block"],
    ["another filesystem", {}, { volumeCapabilities: [mount({ fsType: "xfs" })] }, "with the filesystem ext4"],
    ["another place", {}, inPlace("node-b"), "and cannot be reached from the requested topology"],
  ])("with %s is refused", async (_, first, second, expected) => {
    const { create, state } = controller();
    await create(first);
    expect(await refusalOf(create(second))).toBe(`ALREADY_EXISTS: volume pvc-1 exists ${expected}`);
    expect(state.volumes.size).toBe(1);
  });

  test("with another source is refused, with the same it is found", async () => {
    const { create } = controller();
    const { volume } = await create({ name: "source" });
    const from = (volumeId: string) => ({ volumeContentSource: { volume: { volumeId } } });
    const made = await create(from(volume.volumeId));
    expect(await create(from(volume.volumeId))).toEqual(made);
    expect(await refusalOf(create())).toBe("ALREADY_EXISTS: volume pvc-1 exists with another content source");
  });

  test("is compared with the request, not with what became of the volume", async () => {
    const { create, call } = controller();
    const request = { ...required(4096, 8192), parameters: { iops: "5" } };
    const { volume } = await create(request);
    await call("ControllerExpandVolume", { volumeId: volume.volumeId, ...required(65_536) });
    await call("ControllerModifyVolume", { volumeId: volume.volumeId, mutableParameters: { iops: "9" } });
    const again = await create(request);
    expect(again.volume).toMatchObject({ volumeId: volume.volumeId, capacityBytes: "65536" });
  });

  test("ten times at a time makes one", async () => {
    const { create, state } = controller();
    const made = await Promise.all(Array.from({ length: 10 }, () => create()));
    expect(new Set(made.map(({ volume }) => volume.volumeId)).size).toBe(1);
    expect(state.volumes.size).toBe(1);
  });

  test("after a Delete makes another life of the name", async () => {
    const { create, call } = controller();
    const first = await create();
    await call("DeleteVolume", { volumeId: first.volume.volumeId });
    expect((await create()).volume.volumeId).not.toBe(first.volume.volumeId);
  });
});

describe("CreateVolume is refused", () => {
  test.each<[string, object, string]>([
    ["without a name", { name: "" }, "INVALID_ARGUMENT: name is required"],
    ["without capabilities", { volumeCapabilities: [] }, "INVALID_ARGUMENT: volume_capabilities is required"],
    [
      "for a mode that is not offered",
      { volumeCapabilities: [mount({}, "MULTI_NODE_MULTI_WRITER")] },
      "INVALID_ARGUMENT: volume_capabilities: access_mode MULTI_NODE_MULTI_WRITER is not offered, only SINGLE_NODE_WRITER, SINGLE_NODE_READER_ONLY, SINGLE_NODE_SINGLE_WRITER, SINGLE_NODE_MULTI_WRITER",
    ],
    [
      "with an unknown parameter",
      { parameters: { x: "1" } },
      "INVALID_ARGUMENT: parameter x is not known; known are pool, iops, colourOf",
    ],
    [
      "with what cannot be changed",
      { mutableParameters: { colourOf: "1" } },
      "INVALID_ARGUMENT: parameter colourOf is not known; known are iops",
    ],
    [
      "beyond what is possible",
      required(2 ** 50 + 1),
      "OUT_OF_RANGE: capacity_range.required_bytes 1125899906842625 exceeds 1125899906842624, the largest size possible",
    ],
    ["where there is no room", required(2 ** 46), "RESOURCE_EXHAUSTED: there is room for 35184372088832 bytes"],
    ["elsewhere", inPlace("node-b"), "RESOURCE_EXHAUSTED: node-a is not in the requested topology"],
    [
      "from a source that is gone",
      { volumeContentSource: { snapshot: { snapshotId: "s" } } },
      "NOT_FOUND: snapshot s does not exist",
    ],
  ])("%s, and nothing is made", async (_, request, expected) => {
    const { create, state } = controller();
    expect(await refusalOf(create(request))).toBe(expected);
    expect(state.volumes.size).toBe(0);
  });

  test("from a source where there is no cloning, and with what cannot be modified", async () => {
    const { create } = controller({ without: ["cloning", "modification"] });
    expect(await refusalOf(create({ volumeContentSource: { volume: { volumeId: "v" } } }))).toBe(
      "INVALID_ARGUMENT: volume_content_source: volumes are not made from a volume here",
    );
    expect(await refusalOf(create({ mutableParameters: { iops: "1" } }))).toBe(
      "INVALID_ARGUMENT: mutable_parameters is not offered",
    );
  });

  test("smaller than its source", async () => {
    const { create } = controller();
    const { volume } = await create({ name: "source", ...required(8192) });
    const source = { volumeContentSource: { volume: { volumeId: volume.volumeId } } };
    expect((await create({ ...source, ...required(1024) })).volume.capacityBytes).toBe("8192");
    expect(await refusalOf(create({ name: "less", ...source, ...required(1024, 2048) }))).toMatch(/^OUT_OF_RANGE/);
  });
});
