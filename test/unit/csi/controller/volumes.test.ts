import { describe, expect, test } from "vitest";
import { block, mount } from "../../../support/access.ts";
import { on } from "../../../support/cluster.ts";
import { controller, required } from "../../../support/controller.ts";
import { refusalOf } from "../../../support/refusal.ts";

describe("what is gone", () => {
  test.each<[string, object]>([
    ["DeleteVolume", { volumeId: "v" }],
    ["DeleteSnapshot", { snapshotId: "s" }],
    ["DeleteVolumeGroupSnapshot", { groupSnapshotId: "g", snapshotIds: ["s"] }],
    ["ControllerUnpublishVolume", { volumeId: "v", nodeId: "n" }],
  ])("%s succeeds", async (rpc, request) => expect(await controller().call(rpc, request)).toEqual({}));

  test.each<[string, object, string]>([
    ["ControllerGetVolume", { volumeId: "v" }, "volume v"],
    ["ControllerGetVolumeHealth", { volumeId: "v" }, "volume v"],
    ["ControllerExpandVolume", { volumeId: "v", ...required(1) }, "volume v"],
    ["ControllerModifyVolume", { volumeId: "v", mutableParameters: { x: "" } }, "volume v"],
    ["ValidateVolumeCapabilities", { volumeId: "v", volumeCapabilities: [mount()] }, "volume v"],
    ["ControllerPublishVolume", { volumeId: "v", nodeId: "n", volumeCapability: mount() }, "volume v"],
    ["GetSnapshot", { snapshotId: "s" }, "snapshot s"],
    ["GetVolumeGroupSnapshot", { groupSnapshotId: "g" }, "group g"],
  ])("%s does not find", async (rpc, request, what) =>
    expect(await refusalOf(controller().call(rpc, request))).toBe(`NOT_FOUND: ${what} does not exist`),
  );

  test.each<[string, object]>([
    ["of a snapshot", { snapshotId: "s" }],
    ["of a volume", { sourceVolumeId: "v" }],
  ])("a list %s that is gone is empty", async (_, request) =>
    expect(await controller().call("ListSnapshots", request)).toEqual({ entries: [], nextToken: "" }),
  );
});

describe("ControllerPublishVolume", () => {
  const publish = (volumeId: string, more: object = {}) => ({
    volumeId,
    nodeId: "node-a",
    volumeCapability: mount(),
    ...more,
  });
  test("again answers the same; in another way it is not compatible", async () => {
    const { create, call } = controller();
    const { volume } = await create();
    const answer = await call("ControllerPublishVolume", publish(volume.volumeId));
    expect(await call("ControllerPublishVolume", publish(volume.volumeId))).toEqual(answer);
    expect(await refusalOf(call("ControllerPublishVolume", publish(volume.volumeId, { readonly: true })))).toMatch(
      /^ALREADY_EXISTS/,
    );
    expect(await call("ControllerGetVolume", volume)).toMatchObject({ status: { publishedNodeIds: ["node-a"] } });
  });

  test("a never-published volume is on no node", async () => {
    const { create, call } = controller();
    const { volume } = await create();
    expect(await call("ControllerGetVolume", volume)).toMatchObject({ status: { publishedNodeIds: [] } });
  });

  test("an attached volume is not deleted; a full node takes no more; a node that is gone is not found", async () => {
    const { create, call } = controller({ maxVolumes: 1 });
    const [one, other] = [await create({ name: "one" }), await create({ name: "other" })];
    await call("ControllerPublishVolume", publish(one.volume.volumeId));
    expect(await refusalOf(call("DeleteVolume", one.volume))).toMatch(/^FAILED_PRECONDITION/);
    expect(await refusalOf(call("ControllerPublishVolume", publish(other.volume.volumeId)))).toMatch(
      /^RESOURCE_EXHAUSTED/,
    );
    expect(await refusalOf(call("ControllerPublishVolume", publish(other.volume.volumeId, { nodeId: "n" })))).toBe(
      "NOT_FOUND: node n does not exist",
    );
    await call("ControllerUnpublishVolume", { volumeId: one.volume.volumeId });
    await call("ControllerPublishVolume", publish(other.volume.volumeId));
  });
});

describe("ControllerExpandVolume", () => {
  const grown = async (request: object, first = required(4096)) => {
    const { create, call } = controller();
    const { volume } = await create(first);
    return call("ControllerExpandVolume", { volumeId: volume.volumeId, ...request });
  };
  test.each<[string, object, object]>([
    ["larger", required(8192), { capacityBytes: "8192", nodeExpansionRequired: true }],
    ["what there is", required(4096), { capacityBytes: "4096" }],
    ["less than there is", required(1024), { capacityBytes: "4096" }],
  ])("%s", async (_, request, expected) => expect(await grown(request)).toMatchObject(expected));

  test.each<[string, object, RegExp]>([
    ["no size", {}, /^INVALID_ARGUMENT: capacity_range is required/],
    ["required over limit", required(30, 20), /^OUT_OF_RANGE/],
    ["a limit below what there is", required(0, 1024), /^OUT_OF_RANGE: .* never shrinks/],
    ["more than there is room for", required(2 ** 46), /^RESOURCE_EXHAUSTED/],
    [
      "a way to use it that is not its own",
      { ...required(8192), volumeCapability: block() },
      /^INVALID_ARGUMENT: .* made for mount, not for block/,
    ],
  ])("%s is refused", async (_, request, expected) => expect(await refusalOf(grown(request))).toMatch(expected));
});

test("raw blocks are larger without any node's doing", async () => {
  const { create, call } = controller();
  const { volume } = await create({ ...required(4096), volumeCapabilities: [block()] });
  const answer = await call("ControllerExpandVolume", { volumeId: volume.volumeId, ...required(8192) });
  expect(answer).toMatchObject({ capacityBytes: "8192", nodeExpansionRequired: false });
});

describe("ValidateVolumeCapabilities", () => {
  const validate = async (request: object) => {
    const { create, call } = controller();
    const { volume } = await create({ parameters: { colourOf: "1" } });
    return call("ValidateVolumeCapabilities", { volumeId: volume.volumeId, volumeCapabilities: [mount()], ...request });
  };
  test("what holds is confirmed, as it was asked", async () =>
    expect(await validate({ parameters: { colourOf: "1" }, volumeContext: { type: "memory" } })).toMatchObject({
      confirmed: { volumeCapabilities: [{ accessType: "mount" }], parameters: { colourOf: "1" } },
      message: "",
    }));
  test.each<[string, object, RegExp]>([
    ["another access type", { volumeCapabilities: [block()] }, /made for mount, not for block$/],
    [
      "another mode",
      { volumeCapabilities: [mount({}, "MULTI_NODE_MULTI_WRITER")] },
      /^access_mode MULTI_NODE_MULTI_WRITER is not offered/,
    ],
    ["another filesystem", { volumeCapabilities: [mount({ fsType: "xfs" })] }, /has ext4, not xfs$/],
    ["another context", { volumeContext: { type: "x" } }, /^volume_context is not the volume's$/],
    ["another parameter", { parameters: { colourOf: "2" } }, /^parameters: colourof is not 2$/],
    ["an unknown parameter", { parameters: { x: "1" } }, /^parameters: parameter x is not known/],
    ["an unknown mutable one", { mutableParameters: { x: "1" } }, /^mutable_parameters: parameter x is not known/],
  ])("%s is not confirmed, and says why in 128 bytes", async (_, request, expected) => {
    const { confirmed, message } = await validate(request);
    expect(confirmed).toBeNull();
    expect(message).toMatch(expected);
    expect(Buffer.byteLength(String(message))).toBeLessThanOrEqual(128);
  });
});

describe("GetCapacity", () => {
  test.each<[string, object, string]>([
    ["of its own place", { accessibleTopology: on("node-a") }, "5000"],
    ["of another place", { accessibleTopology: on("node-b") }, "0"],
    ["of what is not offered", { volumeCapabilities: [mount({}, "MULTI_NODE_MULTI_WRITER")] }, "0"],
  ])("%s", async (_, request, expected) =>
    expect(await controller({ totalBytes: 5000 }).call("GetCapacity", request)).toMatchObject({
      availableCapacity: expected,
    }),
  );
  test("never below zero, whatever was made", async () => {
    const { create, call } = controller({ totalBytes: 5000 });
    const { volume } = await create(required(4096));
    await refusalOf(call("ControllerExpandVolume", { volumeId: volume.volumeId, ...required(500_000) }));
    expect(await call("GetCapacity")).toMatchObject({ availableCapacity: "904" });
  });
});
