import { describe, expect, test } from "vitest";
import type { AccessMode } from "../../../../src/backend/backend.ts";
import { block, mount } from "../../../support/access.ts";
import { nodeOf, staging, target } from "../../../support/node.ts";
import { refusalOf } from "../../../support/refusal.ts";

describe("what is missing or wrong is named", () => {
  const stage = { volumeId: "v", stagingTargetPath: staging, volumeCapability: mount() };
  const publish = { ...stage, targetPath: target };
  test.each<[string, object, string]>([
    ["NodeStageVolume", { ...stage, volumeId: "" }, "INVALID_ARGUMENT: volume_id is required"],
    ["NodeStageVolume", { ...stage, stagingTargetPath: "" }, "INVALID_ARGUMENT: staging_target_path is required"],
    [
      "NodeStageVolume",
      { ...stage, stagingTargetPath: "/etc" },
      "INVALID_ARGUMENT: staging_target_path /etc is not under --kubelet-dir /kubelet",
    ],
    ["NodeStageVolume", { ...stage, volumeCapability: null }, "INVALID_ARGUMENT: volume_capability is required"],
    ["NodeUnstageVolume", { stagingTargetPath: staging }, "INVALID_ARGUMENT: volume_id is required"],
    ["NodeUnstageVolume", { volumeId: "v" }, "INVALID_ARGUMENT: staging_target_path is required"],
    ["NodePublishVolume", { ...publish, targetPath: "" }, "INVALID_ARGUMENT: target_path is required"],
    [
      "NodePublishVolume",
      { ...publish, targetPath: "/kubelet/../etc" },
      "INVALID_ARGUMENT: target_path /kubelet/../etc contains ..",
    ],
    [
      "NodePublishVolume",
      { ...publish, stagingTargetPath: "" },
      "FAILED_PRECONDITION: staging_target_path is not set; call NodeStageVolume first",
    ],
    ["NodeUnpublishVolume", { volumeId: "v" }, "INVALID_ARGUMENT: target_path is required"],
    ["NodeGetVolumeStats", { volumeId: "v" }, "INVALID_ARGUMENT: volume_path is required"],
    ["NodeExpandVolume", { volumeId: "v" }, "INVALID_ARGUMENT: volume_path is required"],
    ["NodeGetVolumeHealth", {}, "INVALID_ARGUMENT: volume_id is required"],
  ])("%s: %#", async (rpc, request, expected) => expect(await refusalOf(nodeOf().call(rpc, request))).toBe(expected));

  test.each<[string, object]>([
    ["NodeStageVolume", stage],
    ["NodePublishVolume", publish],
    ["NodeGetVolumeStats", { volumeId: "v", volumePath: target }],
    ["NodeExpandVolume", { volumeId: "v", volumePath: target }],
    ["NodeGetVolumeHealth", { volumeId: "v" }],
  ])("%s of a volume that is not here does not find it", async (rpc, request) =>
    expect(await refusalOf(nodeOf().call(rpc, request))).toBe("NOT_FOUND: volume v does not exist"),
  );

  test.each<[string, object]>([
    ["NodeUnstageVolume", { volumeId: "v", stagingTargetPath: staging }],
    ["NodeUnpublishVolume", { volumeId: "v", targetPath: target }],
  ])("%s of a volume that is gone has succeeded", async (rpc, request) =>
    expect(await nodeOf().call(rpc, request)).toEqual({}),
  );

  test("a mode that the backend does not offer is refused, by stage and by publish", async () => {
    const { volume, stage, publish } = nodeOf();
    const id = await volume();
    const many = { volumeCapability: mount({}, "MULTI_NODE_MULTI_WRITER") };
    for (const call of [stage, publish])
      expect(await refusalOf(call(id, many))).toMatch(/^INVALID_ARGUMENT: volume_capability: access_mode MULTI_NODE/);
  });

  test("a path that leads out of kubelet's directory by a link is refused", async () => {
    const { world, volume, stage, publish, call } = nodeOf();
    const id = await volume();
    await stage(id);
    world.links.set("/kubelet/link", "/etc");
    const out = "/kubelet/link/x";
    const expected = "INVALID_ARGUMENT: target_path /kubelet/link/x leads out of --kubelet-dir /kubelet, to /etc/x";
    expect(await refusalOf(publish(id, { targetPath: out }))).toBe(expected);
    expect(await refusalOf(call("NodeUnpublishVolume", { volumeId: id, targetPath: out }))).toBe(expected);
  });

  test.each<[string, string, object]>([
    ["NodeStageVolume", "staging_target_path", { stagingTargetPath: "/kubelet/link" }],
    ["NodeUnstageVolume", "staging_target_path", { stagingTargetPath: "/kubelet/link" }],
    ["NodePublishVolume", "staging_target_path", { stagingTargetPath: "/kubelet/link", targetPath: target }],
    ["NodePublishVolume", "target_path", { stagingTargetPath: staging, targetPath: "/kubelet/link" }],
    ["NodeUnpublishVolume", "target_path", { targetPath: "/kubelet/link" }],
  ])("%s neither mounts nor unmounts where %s is itself a link", async (rpc, field, paths) => {
    const { world, volume, stage, call } = nodeOf();
    const id = await volume();
    await stage(id);
    world.links.set("/kubelet/link", staging);
    expect(await refusalOf(call(rpc, { volumeId: id, volumeCapability: mount(), ...paths }))).toBe(
      `INVALID_ARGUMENT: ${field} /kubelet/link is a symbolic link`,
    );
    expect(world.mounts.map(({ path }) => path)).toEqual([staging]);
  });

  test("a kubelet's directory that is itself a link is followed", async () => {
    const { world, volume, stage } = nodeOf("/var/lib/kubelet");
    world.links.set("/var/lib/kubelet", "/kubelet");
    await stage(await volume(), { stagingTargetPath: "/var/lib/kubelet/staging" });
    expect(world.mounts.map(({ path }) => path)).toEqual([staging]);
  });
});

describe("the life of a volume", () => {
  test("staged, published, unpublished, unstaged: ten times each changes nothing more", async () => {
    const { world, volume, stage, publish, call } = nodeOf();
    const id = await volume();
    for (let times = 0; times < 10; times += 1) await stage(id);
    for (let times = 0; times < 10; times += 1) await publish(id);
    expect(world.mounts.map(({ path }) => path)).toEqual([staging, target]);
    for (let times = 0; times < 10; times += 1) await call("NodeUnpublishVolume", { volumeId: id, targetPath: target });
    for (let times = 0; times < 10; times += 1)
      await call("NodeUnstageVolume", { volumeId: id, stagingTargetPath: staging });
    expect(world).toMatchObject({ mounts: [], loops: [] });
    expect(world.paths.has(target)).toBe(false);
  });

  test("stage, twice at a time, makes one filesystem", async () => {
    const { world, volume, stage } = nodeOf();
    const id = await volume();
    await Promise.all([stage(id), stage(id)]);
    expect(world.mounts).toHaveLength(1);
    expect(world.loops).toHaveLength(1);
  });

  test("a reader's mode reads, whatever publish says", async () => {
    const { world, volume, stage, publish } = nodeOf();
    const reader = { volumeCapability: mount({}, "SINGLE_NODE_READER_ONLY") };
    const id = await volume();
    await stage(id, reader);
    await publish(id, reader);
    expect(world.mounts.map(({ readOnly }) => readOnly)).toEqual([true, true]);
    expect(world.loops.map(({ readOnly }) => readOnly)).toEqual([true]);
  });

  test.each([
    ["SINGLE_NODE_SINGLE_WRITER", "FAILED_PRECONDITION"],
    ["SINGLE_NODE_WRITER", "FAILED_PRECONDITION"],
    ["SINGLE_NODE_MULTI_WRITER", "it succeeded"],
  ] as const)("a second path, with %s: %s", async (mode, expected) => {
    const { volume, stage, publish } = nodeOf();
    const capability = { volumeCapability: mount({}, mode) };
    const id = await volume();
    await stage(id, capability);
    await publish(id, capability);
    expect(await refusalOf(publish(id, { ...capability, targetPath: "/kubelet/other" }))).toMatch(
      new RegExp(`^${expected}`),
    );
  });
});

describe("a target path of the wrong kind is refused, and nothing is mounted", () => {
  test.each([
    [
      "a filesystem at a file",
      mount(),
      "file",
      "FAILED_PRECONDITION: target_path /kubelet/target is there and is no directory",
    ],
    [
      "a filesystem at a socket",
      mount(),
      "other",
      "FAILED_PRECONDITION: target_path /kubelet/target is there and is no directory",
    ],
    [
      "raw blocks at a directory",
      block(),
      "directory",
      "FAILED_PRECONDITION: target_path /kubelet/target is there and is no file",
    ],
    [
      "raw blocks at a socket",
      block(),
      "other",
      "FAILED_PRECONDITION: target_path /kubelet/target is there and is no file",
    ],
  ] as const)("%s", async (_, volumeCapability, kind, expected) => {
    const { world, volume, stage, publish } = nodeOf();
    const id = await volume(volumeCapability);
    await stage(id, { volumeCapability });
    world.paths.set(target, kind);
    expect(await refusalOf(publish(id, { volumeCapability }))).toBe(expected);
    expect(world.mounts.filter(({ path }) => path === target)).toEqual([]);
  });

  test.each([mount(), block()])("below a parent that is missing: %#", async (volumeCapability) => {
    const { volume, stage, publish } = nodeOf();
    const id = await volume(volumeCapability);
    await stage(id, { volumeCapability });
    expect(await refusalOf(publish(id, { volumeCapability, targetPath: "/kubelet/no/target" }))).toBe(
      "FAILED_PRECONDITION: the parent directory of /kubelet/no/target does not exist",
    );
  });
});

describe("two publishes at a time, at two paths", () => {
  const outcomes = async (mode: AccessMode) => {
    const { volume, stage, publish } = nodeOf();
    const capability = { volumeCapability: mount({}, mode) };
    const id = await volume();
    await stage(id, capability);
    const both = [target, "/kubelet/other"].map((targetPath) => publish(id, { ...capability, targetPath }));
    return (await Promise.all(both.map(refusalOf))).sort();
  };

  test.each(["SINGLE_NODE_SINGLE_WRITER", "SINGLE_NODE_WRITER"] as const)("one succeeds with %s", async (mode) =>
    expect(await outcomes(mode)).toEqual([expect.stringMatching(/^FAILED_PRECONDITION: .*one path$/), "it succeeded"]),
  );
  test("both succeed with SINGLE_NODE_MULTI_WRITER", async () =>
    expect(await outcomes("SINGLE_NODE_MULTI_WRITER")).toEqual(["it succeeded", "it succeeded"]));
});

describe("figures", () => {
  test("a filesystem's are its own, raw blocks' are the device's", async () => {
    const { volume, stage, publish, call } = nodeOf();
    const id = await volume(mount(), 4096);
    await stage(id);
    await publish(id);
    expect(await call("NodeGetVolumeStats", { volumeId: id, volumePath: target })).toMatchObject({
      usage: [{ unit: "BYTES", total: "4096" }],
    });
    const raw = nodeOf();
    const rawId = await raw.volume(block(), 4096);
    await raw.stage(rawId, { volumeCapability: block() });
    await raw.publish(rawId, { volumeCapability: block() });
    expect(await raw.call("NodeGetVolumeStats", { volumeId: rawId, volumePath: target })).toMatchObject({
      usage: [{ unit: "BYTES", total: "4096", used: "0", available: "0" }],
    });
  });

  test.each(["/kubelet/nowhere", "some/path"])("of a volume that is not at %s there are none", async (volumePath) => {
    const { volume, stage, call } = nodeOf();
    const id = await volume();
    await stage(id);
    expect(await refusalOf(call("NodeGetVolumeStats", { volumeId: id, volumePath }))).toMatch(/^NOT_FOUND/);
  });

  test("a node says who it is, where, and how many volumes it takes", async () =>
    expect(await nodeOf().call("NodeGetInfo")).toEqual({
      nodeId: "node-a",
      maxVolumesPerNode: "110",
      accessibleTopology: { segments: { "topology.memory.csi.kura.dev/node": "node-a" } },
    }));
});

describe("growth", () => {
  test("follows the controller's, and no further", async () => {
    const { world, volume, stage, publish, call } = nodeOf();
    const id = await volume(mount(), 4096);
    await stage(id);
    await publish(id);
    const expand = (requiredBytes: number) =>
      call("NodeExpandVolume", { volumeId: id, volumePath: target, capacityRange: { requiredBytes } });
    expect(await refusalOf(expand(8192))).toMatch(/^OUT_OF_RANGE: .* call ControllerExpandVolume first$/);
    await call("ControllerExpandVolume", { volumeId: id, capacityRange: { requiredBytes: 8192 } });
    for (let times = 0; times < 3; times += 1) expect(await expand(8192)).toEqual({ capacityBytes: "8192" });
    expect(world.bytesOf(`/pool/volumes/${id}/data`)).toMatchObject({ sizeBytes: 8192, holds: { sizeBytes: 8192 } });
  });

  test("of a volume that was made for another use is refused", async () => {
    const { volume, call } = nodeOf();
    const request = { volumeId: await volume(), volumePath: target, volumeCapability: block() };
    expect(await refusalOf(call("NodeExpandVolume", request))).toMatch(/^INVALID_ARGUMENT: .* was not made for block/);
  });
});

describe("health, seen from the node", () => {
  const reasonsOf = async ({ call }: ReturnType<typeof nodeOf>, volumeId: string, volumePublishPath = target) => {
    const answer = await call<{ volumeHealth: { healthStatuses: readonly { reason: string }[] } }>(
      "NodeGetVolumeHealth",
      {
        ...{ volumeId, volumePublishPath },
      },
    );
    return answer.volumeHealth.healthStatuses.map(({ reason }) => reason);
  };

  test("published there is well; nothing there, something else there, and a device that is gone are not", async () => {
    const made = nodeOf();
    const id = await made.volume();
    expect(await reasonsOf(made, id)).toEqual(["NotMounted"]);
    expect(await reasonsOf(made, id, "")).toEqual([]);
    await made.stage(id);
    await made.publish(id);
    expect(await reasonsOf(made, id)).toEqual([]);
    const mine = made.world.mounts.pop();
    if (mine === undefined) throw new Error("it is published");
    made.world.mounts.push({ ...mine, file: undefined });
    expect(await reasonsOf(made, id)).toEqual(["WrongMount"]);
    made.world.loops.length = 0;
    expect(await reasonsOf(made, id)).toEqual(["LoopDetached"]);
  });

  test("what the backend knows to be wrong comes first", async () => {
    const made = nodeOf();
    const id = await made.volume();
    made.backend.state.illness.set(id, [{ status: "DATA_LOSS", reason: "BackingFileMissing", message: "gone" }]);
    expect(await reasonsOf(made, id)).toEqual(["BackingFileMissing", "NotMounted"]);
  });
});
