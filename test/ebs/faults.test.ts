import { CreateVolumeCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { FaultWish } from "../../src/ec2/faults/rule.ts";
import { capabilityOf, refusalOf } from "../support/co.ts";
import { instanceId, zone } from "../support/ebs-backend.ts";
import { eventually } from "../support/eventually.ts";
import { makePlace, type Stock } from "./place.ts";

const place = await makePlace();
afterAll(() => place[Symbol.asyncDispose]());
afterEach(() => place.clear());
const { co, driver } = place;
const GiB = 2 ** 30;

let count = 0;
const newName = () => `pvc-${++count}`;

/** An RPC that changes something, on a volume of its own: what of EC2 it needs, and how to see that it was done once. */
interface Change {
  readonly action: string;
  /** What it asks EC2 before, or after. */
  readonly looks: string;
  /** All that EC2 has in the end. */
  readonly leaves: Stock;
  readonly prepare: () => Promise<Prepared>;
}

interface Prepared {
  readonly rpc: string;
  readonly request: object;
  readonly isDoneOnce: () => Promise<void>;
}

const volumeRequest = (name: string, over: object = {}) => ({
  name,
  capacityRange: { requiredBytes: 10 * GiB },
  volumeCapabilities: [capabilityOf()],
  ...over,
});

async function makeVolume(): Promise<{ id: string; name: string }> {
  const name = newName();
  return { id: (await co.create(name, { bytes: 10 * GiB })).id, name };
}

const publishRequest = (volumeId: string) => ({
  volumeId,
  nodeId: instanceId,
  volumeCapability: capabilityOf(),
  readonly: false,
});

const publishedTo = async (volumeId: string) =>
  (await co.call<{ status: { publishedNodeIds: string[] } }>("ControllerGetVolume", { volumeId })).status
    .publishedNodeIds;

const changes: Readonly<Record<string, Change>> = {
  CreateVolume: {
    action: "CreateVolume",
    looks: "DescribeVolumes",
    leaves: { volumes: 1, snapshots: 0, attachments: 0 },
    async prepare() {
      const name = newName();
      const isDoneOnce = async () => expect(await place.volumesNamed(name)).toHaveLength(1);
      return { rpc: "CreateVolume", request: volumeRequest(name), isDoneOnce };
    },
  },
  "CreateVolume, a clone": {
    action: "CopyVolumes",
    looks: "DescribeVolumes",
    leaves: { volumes: 2, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      const name = newName();
      const request = volumeRequest(name, { volumeContentSource: { volume: { volumeId: id } } });
      const isDoneOnce = async () => expect(await place.volumesNamed(name)).toHaveLength(1);
      return { rpc: "CreateVolume", request, isDoneOnce };
    },
  },
  DeleteVolume: {
    action: "DeleteVolume",
    looks: "DescribeVolumes",
    leaves: { volumes: 0, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id, name } = await makeVolume();
      const isDoneOnce = async () => expect(await place.volumesNamed(name)).toEqual([]);
      return { rpc: "DeleteVolume", request: { volumeId: id }, isDoneOnce };
    },
  },
  ControllerPublishVolume: {
    action: "AttachVolume",
    looks: "DescribeInstances",
    leaves: { volumes: 1, snapshots: 0, attachments: 1 },
    async prepare() {
      const { id } = await makeVolume();
      const isDoneOnce = async () => expect(await publishedTo(id)).toEqual([instanceId]);
      return { rpc: "ControllerPublishVolume", request: publishRequest(id), isDoneOnce };
    },
  },
  ControllerUnpublishVolume: {
    action: "DetachVolume",
    looks: "DescribeVolumes",
    leaves: { volumes: 1, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      await co.call("ControllerPublishVolume", publishRequest(id));
      const isDoneOnce = async () => expect(await publishedTo(id)).toEqual([]);
      return { rpc: "ControllerUnpublishVolume", request: { volumeId: id, nodeId: instanceId }, isDoneOnce };
    },
  },
  ControllerExpandVolume: {
    action: "ModifyVolume",
    looks: "DescribeVolumesModifications",
    leaves: { volumes: 1, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      const isDoneOnce = async () => expect(await volumeOf(id)).toMatchObject({ capacityBytes: String(20 * GiB) });
      const request = { volumeId: id, capacityRange: { requiredBytes: 20 * GiB } };
      return { rpc: "ControllerExpandVolume", request, isDoneOnce };
    },
  },
  CreateSnapshot: {
    action: "CreateSnapshot",
    looks: "DescribeSnapshots",
    leaves: { volumes: 1, snapshots: 1, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      const name = newName();
      const isDoneOnce = async () => expect(await place.snapshotsNamed(name)).toHaveLength(1);
      return { rpc: "CreateSnapshot", request: { name, sourceVolumeId: id }, isDoneOnce };
    },
  },
  DeleteSnapshot: {
    action: "DeleteSnapshot",
    looks: "DescribeSnapshots",
    leaves: { volumes: 1, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      const name = newName();
      const { snapshotId } = await co.snapshot(name, { id });
      const isDoneOnce = () => eventually(async () => expect(await place.snapshotsNamed(name)).toEqual([]));
      return { rpc: "DeleteSnapshot", request: { snapshotId }, isDoneOnce };
    },
  },
  ControllerModifyVolume: {
    action: "ModifyVolume",
    looks: "DescribeVolumesModifications",
    leaves: { volumes: 1, snapshots: 0, attachments: 0 },
    async prepare() {
      const { id } = await makeVolume();
      const isDoneOnce = async () => {
        const { Volumes } = await place.simulator.client.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
        expect(Volumes).toMatchObject([{ Iops: 4000 }]);
      };
      const request = { volumeId: id, mutableParameters: { iops: "4000" } };
      return { rpc: "ControllerModifyVolume", request, isDoneOnce };
    },
  },
  CreateVolumeGroupSnapshot: {
    action: "CreateSnapshots",
    looks: "DescribeSnapshots",
    leaves: { volumes: 2, snapshots: 2, attachments: 2 },
    async prepare() {
      const request = { name: newName(), sourceVolumeIds: await publishedPair() };
      // how many there are is what it leaves
      const isDoneOnce = async () => expect((await place.stock()).snapshots).toBe(2);
      return { rpc: "CreateVolumeGroupSnapshot", request, isDoneOnce };
    },
  },
  DeleteVolumeGroupSnapshot: {
    action: "DeleteSnapshot",
    looks: "DescribeSnapshots",
    leaves: { volumes: 2, snapshots: 0, attachments: 2 },
    async prepare() {
      const request = { name: newName(), sourceVolumeIds: await publishedPair() };
      const group = await co.call<{ groupSnapshot: { groupSnapshotId: string } }>("CreateVolumeGroupSnapshot", request);
      const { groupSnapshotId } = group.groupSnapshot;
      const isDoneOnce = () => eventually(async () => expect((await place.stock()).snapshots).toBe(0));
      return { rpc: "DeleteVolumeGroupSnapshot", request: { groupSnapshotId }, isDoneOnce };
    },
  },
};

/** What a node holds together is cut together. */
async function publishedPair(): Promise<readonly string[]> {
  const pair = [(await makeVolume()).id, (await makeVolume()).id];
  for (const id of pair) await co.call("ControllerPublishVolume", publishRequest(id));
  return pair;
}

const volumeOf = async (volumeId: string) =>
  (await co.call<{ volume: object }>("ControllerGetVolume", { volumeId })).volume;

/** What goes wrong, what the caller hears meanwhile (undefined: nothing, the SDK sees to it), for any change. */
const faults: readonly (readonly [string, Omit<FaultWish, "action">, RegExp | undefined])[] = [
  ["EC2 breaks down once", { kind: "error", code: "InternalError", status: 500, times: 1 }, undefined],
  ["EC2 is broken", { kind: "error", code: "InternalError", status: 500 }, /^UNAVAILABLE: .*InternalError/],
  ["EC2 throttles once", { kind: "throttle", times: 1 }, undefined],
  ["the connection is cut once", { kind: "cut", times: 1 }, undefined],
  ["an answer is lost", { kind: "lose-reply", times: 1 }, undefined],
  ["it is not allowed", { kind: "error", code: "UnauthorizedOperation", status: 403 }, /^PERMISSION_DENIED: /],
  ["a parameter is refused", { kind: "error", code: "InvalidParameterValue", status: 400 }, /^INVALID_ARGUMENT: /],
];

/** EC2 has no token for a snapshot, so that the SDK asks once, and what became of it the next call finds out. */
const isAskedOnce = ({ action }: Change) => action === "CreateSnapshot" || action === "CreateSnapshots";

/** The same of what it only asks. */
const blindness: typeof faults = [
  ["a look fails once", { kind: "error", code: "InternalError", status: 500, times: 1 }, undefined],
  ["looks are throttled once", { kind: "throttle", times: 1 }, undefined],
  ["EC2 shows nothing", { kind: "error", code: "InternalError", status: 500 }, /^UNAVAILABLE: .*InternalError/],
];

for (const [rpcName, change] of Object.entries(changes)) {
  describe(rpcName, () => {
    const rows = [
      ...faults.map(([what, wish, refusal]) => [what, { ...wish, action: change.action }, refusal] as const),
      ...blindness.map(([what, wish, refusal]) => [what, { ...wish, action: change.looks }, refusal] as const),
    ];
    test.each(rows)("%s: the right word, then success, once, and nothing else is left", async (_, wish, refusal) => {
      const { rpc, request, isDoneOnce } = await change.prepare();
      {
        using fault = place.fault(wish);
        const call = co.call(rpc, request);
        const isLost = wish.action === change.action && isAskedOnce(change);
        const expected = refusal ?? (isLost ? /^UNAVAILABLE: / : undefined);
        if (expected === undefined) await call;
        else expect(await refusalOf(call)).toMatch(expected);
        expect(fault.fired()).toBeGreaterThan(0);
      }
      await untilDone(rpc, request);
      await isDoneOnce();
      await eventually(async () => expect(await place.stock()).toEqual(change.leaves));
    });
  });
}

describe("an RPC that only reads", () => {
  interface Reading {
    readonly action: string;
    readonly request: () => Promise<object>;
  }
  const volume = async () => ({ volumeId: (await makeVolume()).id });
  const readings: Readonly<Record<string, Reading>> = {
    ControllerGetVolume: { action: "DescribeVolumes", request: volume },
    ControllerGetVolumeHealth: { action: "DescribeVolumes", request: volume },
    ControllerListVolumeHealth: { action: "DescribeVolumes", request: async () => ({}) },
    ListVolumes: { action: "DescribeVolumes", request: async () => ({}) },
    ListSnapshots: { action: "DescribeSnapshots", request: async () => ({}) },
    ValidateVolumeCapabilities: {
      action: "DescribeVolumes",
      request: async () => ({ ...(await volume()), volumeCapabilities: [capabilityOf()] }),
    },
    GetSnapshot: {
      action: "DescribeSnapshots",
      request: async () => ({ snapshotId: (await co.snapshot(newName(), await makeVolume())).snapshotId }),
    },
    GetVolumeGroupSnapshot: {
      action: "DescribeSnapshots",
      async request() {
        const request = { name: newName(), sourceVolumeIds: [(await makeVolume()).id] };
        const made = await co.call<{ groupSnapshot: { groupSnapshotId: string } }>(
          "CreateVolumeGroupSnapshot",
          request,
        );
        return { groupSnapshotId: made.groupSnapshot.groupSnapshotId };
      },
    },
  };
  const isSeen = (what: string) => what !== "a parameter is refused";
  const rows = Object.entries(readings).flatMap(([rpc, reading]) =>
    faults.filter(([what]) => isSeen(what)).map(([what, ...rest]) => [rpc, what, ...rest, reading] as const),
  );
  test.each(rows)("%s: %s: the right word, then its answer", async (rpc, _, wish, refusal, { action, request }) => {
    const asked = await request();
    const before = await place.stock();
    {
      using fault = place.fault({ ...wish, action });
      const call = co.call(rpc, asked);
      if (refusal === undefined) await call;
      else expect(await refusalOf(call)).toMatch(refusal);
      expect(fault.fired()).toBeGreaterThan(0);
    }
    await untilDone(rpc, asked);
    expect(await place.stock()).toEqual(before);
  });
});

/** As a sidecar: what may still be under way is asked again. */
async function untilDone(rpc: string, request: object): Promise<void> {
  await eventually(() => co.call(rpc, request));
}

describe("what only some calls can meet", () => {
  test("a volume that EC2 takes away again is told at once, with the likely reason, and is made by the next call", async () => {
    const name = newName();
    {
      using _ = place.fault({ kind: "vanish" });
      expect(await refusalOf(co.call("CreateVolume", volumeRequest(name)))).toMatch(
        /^FAILED_PRECONDITION: EC2 made volume vol-[0-9a-f]+ and took it away again; .*KMS/,
      );
      expect(await place.volumesNamed(name)).toEqual([]);
    }
    await co.call("CreateVolume", volumeRequest(name));
    expect(await place.volumesNamed(name)).toHaveLength(1);
  });

  test.each([
    ["CreateVolume", "InsufficientVolumeCapacity", 503, /^RESOURCE_EXHAUSTED/],
    ["CreateVolume", "VolumeLimitExceeded", 400, /^RESOURCE_EXHAUSTED/],
    ["ControllerPublishVolume", "AttachmentLimitExceeded", 400, /^RESOURCE_EXHAUSTED: node i-00000000000000001/],
    ["ControllerPublishVolume", "InvalidVolume.ZoneMismatch", 400, /^FAILED_PRECONDITION/],
    ["ControllerExpandVolume", "VolumeModificationRateExceeded", 400, /^ABORTED/],
    ["ControllerExpandVolume", "VolumeModificationSizeLimitExceeded", 400, /^RESOURCE_EXHAUSTED/],
    ["CreateSnapshot", "SnapshotLimitExceeded", 400, /^RESOURCE_EXHAUSTED/],
    ["CreateSnapshot", "SnapshotCreationPerVolumeRateExceeded", 400, /^ABORTED/],
    ["DeleteSnapshot", "InvalidSnapshot.InUse", 400, /^FAILED_PRECONDITION/],
  ])("%s: %s (%d)", async (rpcName, code, status, refusal) => {
    const change = changes[rpcName] as Change;
    const { rpc, request, isDoneOnce } = await change.prepare();
    {
      using _ = place.fault({ kind: "error", action: change.action, code, status });
      expect(await refusalOf(co.call(rpc, request))).toMatch(refusal);
    }
    await untilDone(rpc, request);
    await isDoneOnce();
  });

  test("an attachment that is stuck waits for its deadline, and is done once it gets on", async () => {
    const { rpc, request, isDoneOnce } = await (changes["ControllerPublishVolume"] as Change).prepare();
    {
      using _ = place.fault({ kind: "stuck-attaching" });
      expect(await refusalOf(driver.client.call(rpc, request, 1500))).toMatch(/^DEADLINE_EXCEEDED/);
    }
    await untilDone(rpc, request);
    await isDoneOnce();
  });

  test("so does a detachment", async () => {
    const { rpc, request, isDoneOnce } = await (changes["ControllerUnpublishVolume"] as Change).prepare();
    {
      using _ = place.fault({ kind: "stuck-detaching" });
      expect(await refusalOf(driver.client.call(rpc, request, 1500))).toMatch(/^DEADLINE_EXCEEDED/);
    }
    await untilDone(rpc, request);
    await isDoneOnce();
  });

  test("a slow EC2 is waited for until the deadline, and what it did is taken up by the next call", async () => {
    const { rpc, request, isDoneOnce } = await (changes["CreateVolume"] as Change).prepare();
    {
      using _ = place.fault({ kind: "slow", action: "CreateVolume", delayMs: 3000 });
      expect(await refusalOf(driver.client.call(rpc, request, 1000))).toMatch(/^DEADLINE_EXCEEDED/);
    }
    await untilDone(rpc, request);
    await isDoneOnce();
  });

  test("while describes lag behind, a whole life goes well and leaves one of everything", async () => {
    using _ = place.fault({ kind: "stale", delayMs: 1500 });
    const name = newName();
    const [first, second] = [await co.create(name, { bytes: 10 * GiB }), await co.create(name, { bytes: 10 * GiB })];
    expect(second.id).toBe(first.id);
    await untilDone("ControllerPublishVolume", publishRequest(first.id));
    const snapshot = await co.snapshot(name, first);
    expect((await co.snapshot(name, first)).snapshotId).toBe(snapshot.snapshotId);
    await untilDone("ControllerUnpublishVolume", { volumeId: first.id, nodeId: instanceId });
    await untilDone("DeleteVolume", { volumeId: first.id });
    const again = await co.create(name, { bytes: 10 * GiB });
    expect(again.id).not.toBe(first.id);
    await eventually(async () => expect(await place.volumesNamed(name)).toEqual([again.id]));
  });

  describe("what EC2 fails to make", () => {
    const cameToNothing = /^FAILED_PRECONDITION: EC2 could not make volume vol-[0-9a-f]+: it came to the state error/;

    test.each(["CreateVolume", "CreateVolume, a clone"])(
      "%s: told at once, and nothing stays; the next call makes it",
      async (rpcName) => {
        const { rpc, request, isDoneOnce } = await (changes[rpcName] as Change).prepare();
        {
          using fault = place.fault({ kind: "fail" });
          expect(await refusalOf(co.call(rpc, request))).toMatch(cameToNothing);
          expect(await refusalOf(co.call(rpc, request))).toMatch(cameToNothing);
          expect(fault.fired()).toBe(2);
          expect(await place.volumesNamed((request as { name: string }).name)).toEqual([]);
        }
        await co.call(rpc, request);
        await isDoneOnce();
      },
    );

    test("a volume in error that an earlier driver left behind goes, and its health is told until then", async () => {
      const name = newName();
      const TagSpecifications = [{ ResourceType: "volume" as const, Tags: [{ Key: "CSIVolumeName", Value: name }] }];
      const input = { AvailabilityZone: zone, Size: 10, TagSpecifications };
      using fault = place.fault({ kind: "fail" });
      const { VolumeId: id = "" } = await place.simulator.client.send(new CreateVolumeCommand(input));
      expect(fault.fired()).toBe(1);
      place.simulator.ec2.faults.clear(undefined);
      await eventually(async () => expect(await co.health({ id })).toEqual(["INACCESSIBLE/VolumeError"]));
      const { entries } = await co.call<{ entries: { volumeId: string }[] }>("ControllerListVolumeHealth");
      expect(entries.map(({ volumeId }) => volumeId)).toEqual([id]);
      const made = await co.create(name, { bytes: 10 * GiB });
      expect(made.id).not.toBe(id);
      expect(await place.volumesNamed(name)).toEqual([made.id]);
      expect((await co.call<{ entries: object[] }>("ControllerListVolumeHealth")).entries).toEqual([]);
    });

    test("a snapshot: the next call sees it, takes it away and makes another one", async () => {
      const { id } = await makeVolume();
      const name = newName();
      const failed = await (async () => {
        using fault = place.fault({ kind: "fail" });
        const { snapshotId, readyToUse } = await co.snapshot(name, { id });
        expect(readyToUse).toBe(false);
        expect(fault.fired()).toBe(1);
        return snapshotId;
      })();
      await eventually(async () => expect(await place.snapshotState(failed)).toBe("error"));
      const made = await co.snapshot(name, { id });
      expect(made.snapshotId).not.toBe(failed);
      await eventually(async () => expect((await co.snapshot(name, { id })).readyToUse).toBe(true));
      expect(await place.snapshotsNamed(name)).toEqual([made.snapshotId]);
    });

    test("a group snapshot: the next call takes all of it away and makes another one", async () => {
      const request = { name: newName(), sourceVolumeIds: await publishedPair() };
      type Cut = {
        groupSnapshot: { groupSnapshotId: string; snapshots: { snapshotId: string }[]; readyToUse: boolean };
      };
      const cut = async () => (await co.call<Cut>("CreateVolumeGroupSnapshot", request)).groupSnapshot;
      // members have no order
      const idsOf = ({ snapshots }: Cut["groupSnapshot"]) => snapshots.map(({ snapshotId }) => snapshotId).sort();
      const failed = await (async () => {
        using fault = place.fault({ kind: "fail" });
        const group = await cut();
        expect(fault.fired()).toBeGreaterThan(0);
        return idsOf(group);
      })();
      await eventually(async () => expect(await place.snapshotState(failed[0] ?? "")).toBe("error"));
      const made = await cut();
      for (const id of failed) expect(idsOf(made)).not.toContain(id);
      await eventually(async () => {
        const again = await cut();
        expect([again.readyToUse, idsOf(again)]).toEqual([true, idsOf(made)]);
      });
      expect((await place.stock()).snapshots).toBe(2);
    });

    test.each(["ControllerExpandVolume"])("%s: the reason is told, and the next call does it", async (rpcName) => {
      const { rpc, request, isDoneOnce } = await (changes[rpcName] as Change).prepare();
      {
        using fault = place.fault({ kind: "fail", message: "no room for it" });
        expect(await refusalOf(co.call(rpc, request))).toMatch(
          /^FAILED_PRECONDITION: EC2 could not modify volume vol-[0-9a-f]+: no room for it/,
        );
        expect(fault.fired()).toBe(1);
      }
      await untilDone(rpc, request);
      await isDoneOnce();
    });
  });

  test("of an impaired volume it is told", async () => {
    const { id } = await makeVolume();
    {
      using _ = place.fault({ kind: "impaired", volumeId: id });
      expect(await co.health({ id })).toEqual(["INACCESSIBLE/ImpairedVolume"]);
      const { entries } = await co.call<{ entries: { volumeId: string }[] }>("ControllerListVolumeHealth");
      expect(entries.map(({ volumeId }) => volumeId)).toEqual([id]);
    }
    expect(await co.health({ id })).toEqual([]);
  });

  test("EC2 away: Probe still says ready, calls say UNAVAILABLE, and all goes on when it is back", async () => {
    {
      using _ = place.fault({ kind: "cut" });
      expect(await co.call("Probe")).toMatchObject({ ready: { value: true } });
      expect(await refusalOf(co.call("ListVolumes"))).toMatch(/^UNAVAILABLE/);
    }
    await untilDone("ListVolumes", {});
  });
});
