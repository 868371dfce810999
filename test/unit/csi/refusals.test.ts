import { describe, expect, test } from "vitest";
import { probe } from "../../../src/csi/identity/probe.ts";
import { block, mount } from "../../support/access.ts";
import { caller } from "../../support/call.ts";
import { controller, required } from "../../support/controller.ts";
import { refusalOf } from "../../support/refusal.ts";

describe("the controller names what is missing or wrong", () => {
  const publish = { volumeId: "v", nodeId: "n", volumeCapability: mount() };
  test.each<[string, object, string]>([
    ["DeleteVolume", {}, "volume_id is required"],
    ["ControllerPublishVolume", { ...publish, volumeId: "" }, "volume_id is required"],
    ["ControllerPublishVolume", { ...publish, nodeId: "" }, "node_id is required"],
    ["ControllerPublishVolume", { ...publish, volumeCapability: null }, "volume_capability is required"],
    ["ControllerUnpublishVolume", { nodeId: "n" }, "volume_id is required"],
    ["ValidateVolumeCapabilities", { volumeCapabilities: [mount()] }, "volume_id is required"],
    ["ValidateVolumeCapabilities", { volumeId: "v" }, "volume_capabilities is required"],
    ["ControllerGetVolumeHealth", {}, "volume_id is required"],
    ["ControllerGetVolume", {}, "volume_id is required"],
    ["ControllerModifyVolume", { mutableParameters: { iops: "1" } }, "volume_id is required"],
    ["DeleteSnapshot", {}, "snapshot_id is required"],
    ["GetSnapshot", {}, "snapshot_id is required"],
    ["ControllerExpandVolume", required(1), "volume_id is required"],
    ["DeleteVolumeGroupSnapshot", {}, "group_snapshot_id is required"],
    ["GetVolumeGroupSnapshot", {}, "group_snapshot_id is required"],
    ["GetCapacity", { parameters: { x: "1" } }, "parameter x is not known; known are pool, iops, colourOf"],
    ["ListVolumes", { maxEntries: -1 }, "max_entries -1 is negative"],
    ["ListSnapshots", { maxEntries: -1 }, "max_entries -1 is negative"],
    ["ControllerListVolumeHealth", { maxEntries: -1 }, "max_entries -1 is negative"],
  ])("%s: %#", async (rpc, request, expected) =>
    expect(await refusalOf(controller().call(rpc, request))).toBe(`INVALID_ARGUMENT: ${expected}`),
  );
});

test("what cannot be changed is refused, and nothing was changed", async () => {
  const { create, call, state } = controller();
  const { volume } = await create({ parameters: { colourOf: "1" } });
  const before = state.volumes.get(volume.volumeId);
  const request = { volumeId: volume.volumeId, mutableParameters: { iops: "5", colourOf: "2" } };
  expect(await refusalOf(call("ControllerModifyVolume", request))).toBe(
    "INVALID_ARGUMENT: parameter colourOf is not known; known are iops",
  );
  expect(state.volumes.get(volume.volumeId)).toEqual(before);
});

test("a driver that cannot work says so to Probe, and why", async () => {
  const ready = () => Promise.reject(new Error("the pool is on no disk"));
  expect(await refusalOf(caller([probe({ ready })])("Probe"))).toBe("FAILED_PRECONDITION: the pool is on no disk");
});

describe("while a volume is being cut", () => {
  test.each<[string, (ids: readonly string[]) => object]>([
    ["CreateSnapshot", ([one]) => ({ name: "other", sourceVolumeId: one })],
    ["CreateVolumeGroupSnapshot", (sourceVolumeIds) => ({ name: "other", sourceVolumeIds })],
  ])("%s of it waits, then is asked to come again", async (rpc, request) => {
    const { promise: cutsTakeUntil, resolve: finish } = Promise.withResolvers<void>();
    const { create, call, snapshot, state } = controller({ cutsTakeUntil });
    const ids = [await create({ name: "one" }), await create({ name: "two" })].map(({ volume }) => volume.volumeId);
    const first = snapshot(ids[0] ?? "");
    expect(await refusalOf(call(rpc, request(ids)))).toMatch(/^ABORTED: an operation is pending for cut\//);
    finish();
    await first;
    expect(state.snapshots.size).toBe(1);
  });
});

describe("without room", () => {
  const full = async () => {
    const made = controller({ totalBytes: 3 * 4096 });
    const volumes = [
      await made.create({ name: "one", ...required(4096) }),
      await made.create({ name: "two", ...required(4096) }),
    ];
    return { ...made, ids: volumes.map(({ volume }) => volume.volumeId) };
  };

  test("a group of snapshots is not made, nor a part of it", async () => {
    const { call, ids, state } = await full();
    const group = call("CreateVolumeGroupSnapshot", { name: "g", sourceVolumeIds: ids });
    expect(await refusalOf(group)).toBe("RESOURCE_EXHAUSTED: there is room for 4096 bytes");
    expect(state.snapshots.size).toBe(0);
  });

  test("a snapshot is not made", async () => {
    const { snapshot, create, ids, state } = await full();
    await create({ name: "last", ...required(4096), volumeCapabilities: [block()] });
    expect(await refusalOf(snapshot(ids[0] ?? ""))).toBe("RESOURCE_EXHAUSTED: there is room for 0 bytes");
    expect(state.snapshots.size).toBe(0);
  });
});
