import { describe, expect, test } from "vitest";
import { mount } from "../../../support/access.ts";
import { cluster, on } from "../../../support/cluster.ts";
import { refusalOf } from "../../../support/refusal.ts";

interface ListPage {
  readonly entries: readonly {
    readonly volume?: { readonly volumeId: string };
    readonly snapshot?: { readonly snapshotId: string };
  }[];
  readonly nextToken: string;
}
type Cluster = ReturnType<typeof cluster>;

async function withVolumes(onA: number, onB: number): Promise<Cluster & { readonly ids: readonly string[] }> {
  const made = cluster();
  const ids: string[] = [];
  for (const [node, count] of [
    ["node-a", onA],
    ["node-b", onB],
  ] as const) {
    for (let index = 0; index < count; index += 1) ids.push(await make(made, `${node}-${index}`, node));
  }
  return { ...made, ids: ids.sort() };
}

async function make({ call }: Cluster, name: string, node: string): Promise<string> {
  const accessibilityRequirements = { requisite: [on(node)] };
  const request = {
    name,
    volumeCapabilities: [mount()],
    accessibilityRequirements,
    capacityRange: { requiredBytes: 512 },
  };
  const { volume } = await call<{ volume: { volumeId: string } }>("CreateVolume", request);
  return volume.volumeId;
}

const idsIn = (page: ListPage) => page.entries.map(({ volume, snapshot }) => volume?.volumeId ?? snapshot?.snapshotId);

async function allPages({ call }: Cluster, maxEntries: number, rpc = "ListVolumes") {
  const pages: ListPage[] = [];
  for (
    let startingToken = "";
    pages.length === 0 || startingToken !== "";
    startingToken = pages.at(-1)?.nextToken ?? ""
  )
    pages.push(await call<ListPage>(rpc, { maxEntries, startingToken }));
  return pages;
}

describe("one list of all nodes", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 0])("by pages of %s names each volume once, in one order", async (maxEntries) => {
    const made = await withVolumes(3, 3);
    const pages = await allPages(made, maxEntries);
    expect(pages.flatMap(idsIn)).toEqual(made.ids);
    for (const page of pages.slice(0, -1)) expect(page.entries).toHaveLength(maxEntries);
  });

  test("has at most 500 entries a page, whatever was asked for, and goes on across nodes", async () => {
    const made = cluster();
    for (const [peer, pool] of [
      [made.a, "aaaaaaaa"],
      [made.b, "bbbbbbbb"],
    ] as const) {
      for (let index = 0; index < 600; index += 1) {
        const places = undefined;
        const name = `${pool}-${index}`;
        await peer.backend.volumes.create(
          { name, sizeBytes: 512, parameters: {}, kinds: ["mount"], fsType: "ext4", source: undefined, places },
          new AbortController().signal,
        );
      }
    }
    for (const asked of [0, 10_000]) {
      const pages = await allPages(made, asked);
      expect(pages.map(({ entries }) => entries.length)).toEqual([500, 500, 200]);
      expect(new Set(pages.flatMap(idsIn)).size).toBe(1200);
    }
  });

  test("names what is added behind a page in the next one, and no longer what went", async () => {
    const made = await withVolumes(3, 2);
    const first = await made.call<ListPage>("ListVolumes", { maxEntries: 2 });
    await made.call("DeleteVolume", { volumeId: made.ids[2] });
    await made.call("DeleteVolume", { volumeId: made.ids[0] });
    const added = await make(made, "one more", "node-b");
    const rest = await made.call<ListPage>("ListVolumes", { startingToken: first.nextToken });
    expect(idsIn(rest)).toEqual([...made.ids.slice(3), added].sort());
  });

  test("a token that is not ours, and a negative count, are refused", async () => {
    const { call } = cluster();
    expect(await refusalOf(call("ListVolumes", { startingToken: "0" }))).toMatch(/^ABORTED/);
    expect(await refusalOf(call("ListVolumes", { maxEntries: -1 }))).toMatch(/^INVALID_ARGUMENT/);
    expect(await refusalOf(call("ListSnapshots", { maxEntries: -1 }))).toMatch(/^INVALID_ARGUMENT/);
  });
});

describe("a node that is away keeps its last known entries, for what is missing counts as detached, as healthy, as lost", () => {
  test("once they were listed", async () => {
    const made = await withVolumes(2, 2);
    await allPages(made, 0);
    made.b.reachable = false;
    expect((await allPages(made, 1)).flatMap(idsIn)).toEqual(made.ids);
  });

  test("a volume that was deleted before its node went is not among them", async () => {
    const made = await withVolumes(2, 2);
    await allPages(made, 0);
    await made.call("DeleteVolume", { volumeId: made.ids[3] });
    await allPages(made, 2);
    made.b.reachable = false;
    expect((await allPages(made, 0)).flatMap(idsIn)).toEqual(made.ids.slice(0, 3));
  });

  test("and back again, its own word counts", async () => {
    const made = await withVolumes(2, 2);
    await allPages(made, 0);
    made.b.reachable = false;
    made.b.backend.state.volumes.clear();
    made.b.reachable = true;
    expect((await allPages(made, 0)).flatMap(idsIn)).toEqual(made.ids.slice(0, 2));
  });

  test("snapshots too", async () => {
    const made = await withVolumes(1, 1);
    for (const [index, id] of made.ids.entries())
      await made.call("CreateSnapshot", { name: `s${index}`, sourceVolumeId: id });
    const before = (await allPages(made, 0, "ListSnapshots")).flatMap(idsIn);
    expect(before).toHaveLength(2);
    made.a.reachable = false;
    expect((await allPages(made, 1, "ListSnapshots")).flatMap(idsIn)).toEqual(before);
  });

  test("a node that the router believes to be there and that does not answer: no list at all", async () => {
    const made = await withVolumes(1, 1);
    await allPages(made, 0);
    made.b.arrives = false;
    expect(await refusalOf(made.call("ListVolumes"))).toMatch(/^UNAVAILABLE/);
  });
});

describe("health", () => {
  interface Health {
    readonly volumeId: string;
    readonly healthStatuses: readonly { readonly reason: string }[];
  }
  const listed = async ({ call }: Cluster, request: object = {}) => {
    const answer = await call<{ entries: readonly Health[]; nextToken: string }>("ControllerListVolumeHealth", request);
    return answer.entries.map(({ volumeId, healthStatuses }) => [
      volumeId,
      ...healthStatuses.map(({ reason }) => reason),
    ]);
  };
  const ill = { status: "DEGRADED", reason: "FilesystemFull", message: "full" } as const;

  test("of all nodes, the healthy left out", async () => {
    const made = await withVolumes(2, 2);
    made.a.backend.state.illness.set(made.ids[1] ?? "", [ill]);
    made.b.backend.state.illness.set(made.ids[2] ?? "", [ill]);
    expect(await listed(made)).toEqual([
      [made.ids[1], "FilesystemFull"],
      [made.ids[2], "FilesystemFull"],
    ]);
    expect(await listed(made, { maxEntries: 1 })).toEqual([[made.ids[1], "FilesystemFull"]]);
  });

  test("volumes of a node that is away are inaccessible, which is what their users see", async () => {
    const made = await withVolumes(1, 1);
    await allPages(made, 0);
    made.b.reachable = false;
    expect(await listed(made)).toEqual([[made.ids[1], "NodeUnreachable"]]);
    const { volumeHealth } = await made.call<{ volumeHealth: Health }>("ControllerGetVolumeHealth", {
      volumeId: made.ids[1],
    });
    expect(volumeHealth).toMatchObject({ volumeId: made.ids[1], healthStatuses: [{ reason: "NodeUnreachable" }] });
  });

  test("of a volume that was never listed, and whose node is away, nothing is known", async () => {
    const made = await withVolumes(0, 1);
    made.b.reachable = false;
    expect(await refusalOf(made.call("ControllerGetVolumeHealth", { volumeId: made.ids[0] }))).toMatch(/^UNAVAILABLE/);
  });
});

describe("what goes by id", () => {
  const byId = [
    ["ValidateVolumeCapabilities", "volumeId", { volumeCapabilities: [mount()] }],
    ["ControllerGetVolume", "volumeId", {}],
    ["ControllerExpandVolume", "volumeId", { capacityRange: { requiredBytes: 4096 } }],
    ["ControllerModifyVolume", "volumeId", {}],
    ["ControllerGetVolumeHealth", "volumeId", {}],
    ["CreateSnapshot", "sourceVolumeId", { name: "s" }],
  ] as const;

  test.each(byId)("%s goes to the node whose pool the id names, and to no other", async (rpc, field, more) => {
    const made = await withVolumes(0, 1);
    await made.call(rpc, { [field]: made.ids[0], ...more });
    expect(made.b.asked).toContain(rpc);
    expect(made.a.asked).not.toContain(rpc);
  });

  test.each(byId)("%s of a node that is away or unheard of is not final", async (rpc, field, more) => {
    const made = await withVolumes(0, 1);
    const unheard = "cccccccc-00000000000000000000-000000";
    expect(await refusalOf(made.call(rpc, { [field]: unheard, ...more }))).toMatch(
      /^UNAVAILABLE: no node that holds pool/,
    );
    made.b.reachable = false;
    expect(await refusalOf(made.call(rpc, { [field]: made.ids[0], ...more }))).toMatch(/^UNAVAILABLE: node node-b/);
  });

  test.each(byId)("%s of what cannot be one of ours is not found, of nothing is refused", async (rpc, field, more) => {
    const { call } = cluster();
    expect(await refusalOf(call(rpc, { [field]: "vol-1", ...more }))).toMatch(/^NOT_FOUND: .* vol-1 does not exist/);
    expect(await refusalOf(call(rpc, more))).toMatch(/^INVALID_ARGUMENT: \w+_id is required/);
  });

  test.each([
    ["DeleteVolume", "volumeId"],
    ["DeleteSnapshot", "snapshotId"],
    ["ControllerUnpublishVolume", "volumeId"],
    ["DeleteVolumeGroupSnapshot", "groupSnapshotId"],
  ])("%s of what cannot be one of ours has succeeded; of a node that is away it has not", async (rpc, field) => {
    const made = cluster();
    expect(await made.call(rpc, { [field]: "vol-1" })).toEqual({});
    made.a.reachable = false;
    expect(await refusalOf(made.call(rpc, { [field]: "aaaaaaaa-00000000000000000000-000000" }))).toMatch(
      /^UNAVAILABLE/,
    );
  });

  test("ListSnapshots of one volume or one snapshot asks its node", async () => {
    const made = await withVolumes(1, 1);
    const { snapshot } = await made.call<{ snapshot: { snapshotId: string } }>("CreateSnapshot", {
      name: "s",
      sourceVolumeId: made.ids[1],
    });
    for (const request of [{ sourceVolumeId: made.ids[1] }, { snapshotId: snapshot.snapshotId }])
      expect(idsIn(await made.call("ListSnapshots", request))).toEqual([snapshot.snapshotId]);
    expect(idsIn(await made.call("ListSnapshots", { snapshotId: "snap-1" }))).toEqual([]);
    expect(made.a.asked).not.toContain("ListSnapshots");
  });
});

describe("groups and capacity", () => {
  test("a group needs its volumes on one node", async () => {
    const made = await withVolumes(2, 1);
    const group = (sourceVolumeIds: readonly (string | undefined)[]) =>
      made.call("CreateVolumeGroupSnapshot", { name: "g", sourceVolumeIds });
    expect(await refusalOf(group([]))).toBe("INVALID_ARGUMENT: source_volume_ids is required");
    expect(await refusalOf(group(made.ids))).toBe(
      "FAILED_PRECONDITION: the volumes are on the nodes node-a, node-b; a group snapshot needs them on one",
    );
    await group(made.ids.slice(0, 2));
    expect(made.a.backend.state.groups.size).toBe(1);
  });

  test("capacity is a place's own, or all that can be reached", async () => {
    const { call, b } = cluster({ totalBytes: { "node-a": 1000, "node-b": 5000 } });
    const capacity = async (request: object = {}) => {
      const { availableCapacity, maximumVolumeSize } = await call<{
        availableCapacity: string;
        maximumVolumeSize: { value: string };
      }>("GetCapacity", request);
      return [Number(availableCapacity), Number(maximumVolumeSize.value)];
    };
    expect(await capacity({ accessibleTopology: on("node-a") })).toEqual([1000, 1000]);
    expect(await capacity({ accessibleTopology: on("node-z") })).toEqual([0, 0]);
    expect(await capacity()).toEqual([6000, 5000]);
    b.reachable = false;
    expect(await capacity()).toEqual([1000, 1000]);
  });

  test("what every node answers alike is asked of one that can be reached", async () => {
    const { call, a, b } = cluster();
    a.reachable = false;
    await call("ControllerGetCapabilities");
    expect(b.asked).toEqual(["ControllerGetCapabilities"]);
    expect(await call("Probe")).toEqual({ ready: { value: true } });
    b.reachable = false;
    expect(await refusalOf(call("GetPluginCapabilities"))).toMatch(/^UNAVAILABLE/);
    expect(await call("Probe")).toEqual({ ready: { value: false } });
  });
});
