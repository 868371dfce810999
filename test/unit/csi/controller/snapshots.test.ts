import { describe, expect, test } from "vitest";
import { inPlace, on } from "../../../support/cluster.ts";
import { controller, type GroupAnswer } from "../../../support/controller.ts";
import { refusalOf } from "../../../support/refusal.ts";

describe("CreateSnapshot", () => {
  test("again finds the snapshot; of another volume it is refused", async () => {
    const { create, snapshot, state } = controller();
    const [one, other] = [await create({ name: "one" }), await create({ name: "other" })];
    const made = await snapshot(one.volume.volumeId);
    expect(await snapshot(one.volume.volumeId)).toEqual(made);
    expect(await refusalOf(snapshot(other.volume.volumeId))).toMatch(
      /^ALREADY_EXISTS: snapshot snap-1 exists of volume/,
    );
    expect(await refusalOf(snapshot(one.volume.volumeId, inPlace("node-b")))).toMatch(/^ALREADY_EXISTS: .* topology$/);
    expect(state.snapshots.size).toBe(1);
  });

  test("tells where it is usable, but for what the request has just said", async () => {
    const { create, snapshot, call } = controller();
    const { volume } = await create();
    const topologyOf = ({ snapshot }: object & { snapshot?: unknown }) =>
      (snapshot as { accessibleTopology: object[] }).accessibleTopology;
    const made = await snapshot(volume.volumeId, { name: "a" });
    expect(topologyOf(made)).toEqual([on("node-a")]);
    expect(topologyOf(await snapshot(volume.volumeId, { name: "b", ...inPlace("node-a") }))).toEqual([]);
    expect(topologyOf(await call("GetSnapshot", { snapshotId: made.snapshot.snapshotId }))).toEqual([on("node-a")]);
  });

  test("with a timestamp to the millisecond", async () => {
    const { create, snapshot } = controller();
    const { volume } = await create();
    expect(await snapshot(volume.volumeId)).toMatchObject({
      snapshot: { creationTime: { seconds: "1700000000", nanos: 250_000_000 }, readyToUse: true },
    });
  });

  test.each<[string, object, string]>([
    ["without a name", { name: "" }, "INVALID_ARGUMENT: name is required"],
    ["without a volume", { sourceVolumeId: "" }, "INVALID_ARGUMENT: source_volume_id is required"],
    ["of a volume that is gone", { sourceVolumeId: "v" }, "NOT_FOUND: volume v does not exist"],
    ["with a parameter", { parameters: { x: "1" } }, "INVALID_ARGUMENT: parameter x is not known; known are none"],
  ])("%s is refused", async (_, request, expected) => {
    const { snapshot } = controller();
    expect(await refusalOf(snapshot("v", request))).toBe(expected);
  });
});

describe("group snapshots", () => {
  const withGroup = async () => {
    const made = controller();
    const ids = [await made.create({ name: "one" }), await made.create({ name: "two" })].map(
      ({ volume }) => volume.volumeId,
    );
    const group = (sourceVolumeIds: readonly string[], more: object = {}) =>
      made.call<GroupAnswer>("CreateVolumeGroupSnapshot", { name: "g", sourceVolumeIds, ...more });
    return { ...made, ids, group };
  };

  test("again finds the group, in whatever order its volumes are named; of others it is refused", async () => {
    const { ids, group, state } = await withGroup();
    const made = await group(ids);
    expect(await group([...ids].reverse())).toEqual(made);
    expect(made.groupSnapshot.snapshots.map(({ groupSnapshotId }) => groupSnapshotId)).toEqual([
      made.groupSnapshot.groupSnapshotId,
      made.groupSnapshot.groupSnapshotId,
    ]);
    expect(await refusalOf(group(ids.slice(1)))).toMatch(/^ALREADY_EXISTS: group snapshot g exists of the volumes/);
    expect(state.snapshots.size).toBe(2);
  });

  test.each<[string, (ids: readonly string[]) => readonly string[], RegExp]>([
    ["none", () => [], /^INVALID_ARGUMENT: source_volume_ids is required/],
    ["one twice", ([one = ""]) => [one, one], /^INVALID_ARGUMENT: source_volume_ids names a volume twice/],
    ["an empty id", ([one = ""]) => [one, ""], /^INVALID_ARGUMENT: source_volume_ids\[1\] is required/],
    ["one that is gone", ([one = ""]) => [one, "v"], /^NOT_FOUND: volume v does not exist/],
  ])("of %s is refused, and nothing is made", async (_, choose, expected) => {
    const { ids, group, state } = await withGroup();
    expect(await refusalOf(group(choose(ids)))).toMatch(expected);
    expect(state.snapshots.size).toBe(0);
  });

  test("members that are not the group's are refused; the group goes whole, and again", async () => {
    const { ids, group, call, state } = await withGroup();
    const { groupSnapshot } = await group(ids);
    const { groupSnapshotId } = groupSnapshot;
    const snapshotIds = groupSnapshot.snapshots.map(({ snapshotId }) => snapshotId);
    for (const rpc of ["GetVolumeGroupSnapshot", "DeleteVolumeGroupSnapshot"])
      expect(await refusalOf(call(rpc, { groupSnapshotId, snapshotIds: snapshotIds.slice(1) }))).toMatch(
        /^INVALID_ARGUMENT: snapshot_ids are not those of group snapshot/,
      );
    expect(await refusalOf(call("DeleteSnapshot", { snapshotId: snapshotIds[0] }))).toMatch(/^INVALID_ARGUMENT/);
    expect(await call("GetVolumeGroupSnapshot", { groupSnapshotId, snapshotIds })).toMatchObject({
      groupSnapshot: { readyToUse: true },
    });
    for (let times = 0; times < 2; times += 1)
      await call("DeleteVolumeGroupSnapshot", { groupSnapshotId, snapshotIds });
    expect(state.snapshots.size).toBe(0);
  });
});
