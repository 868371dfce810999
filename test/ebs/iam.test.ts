import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { AttachWish, Backend, Capability, NodeId } from "../../src/backend/backend.ts";
import { actions } from "../../src/backend/ebs/sdk.ts";
import { statusOf } from "../../src/csi/status.ts";
import { parsePolicy } from "../../src/ec2/iam/policy.ts";
import { makeVolume, signal } from "../contract/under-test.ts";
import { makeSimulator } from "../ec2/support/simulator.ts";
import { fromSnapshot, fromVolume, refusalOf } from "../support/co.ts";
import { instanceId, makeEbsBefore } from "../support/ebs-backend.ts";
import { eventually } from "../support/eventually.ts";
import { fromRoot } from "../support/root.ts";
import { readText } from "../support/sandbox.ts";
import { type EbsPlace, makePlace } from "./place.ts";

const GiB = 2 ** 30;
const ours = readFileSync(fromRoot("deploy/iam/policy.json"), "utf8");

test("the policy allows what the backend calls, and nothing else", () => {
  const { Statement } = JSON.parse(ours) as { Statement: { Action: string[] }[] };
  const allowed = new Set(Statement.flatMap(({ Action }) => Action));
  expect([...allowed].sort()).toEqual(actions.map((action) => `ec2:${action}`).sort());
});

/** What AWS gives drivers of EBS as AmazonEBSCSIDriverPolicy since its beginning, in the parts that a driver needs. */
const volumes = "arn:aws:ec2:*:*:volume/*";
const snapshots = "arn:aws:ec2:*:*:snapshot/*";
const isOurs = (key: string) => ({ StringLike: { [`${key}/ebs.csi.aws.com/cluster`]: "true" } });
const classic = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: [
        ...["CreateSnapshot", "AttachVolume", "DetachVolume", "ModifyVolume", "DescribeAvailabilityZones"],
        ...[
          "DescribeInstances",
          "DescribeSnapshots",
          "DescribeTags",
          "DescribeVolumes",
          "DescribeVolumesModifications",
        ],
      ].map((action) => `ec2:${action}`),
      Resource: "*",
    },
    {
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: [volumes, snapshots],
      Condition: { StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] } },
    },
    { Effect: "Allow", Action: ["ec2:DeleteTags"], Resource: [volumes, snapshots] },
    { Effect: "Allow", Action: ["ec2:CreateVolume"], Resource: [volumes], Condition: isOurs("aws:RequestTag") },
    { Effect: "Allow", Action: ["ec2:CreateVolume"], Resource: [snapshots] },
    { Effect: "Allow", Action: ["ec2:DeleteVolume"], Resource: [volumes], Condition: isOurs("ec2:ResourceTag") },
    { Effect: "Allow", Action: ["ec2:DeleteSnapshot"], Resource: [snapshots], Condition: isOurs("ec2:ResourceTag") },
  ],
});

/** Made, attached, grown, cut, restored, detached and deleted. */
async function live({ co }: EbsPlace): Promise<void> {
  const volume = await co.create("life", { bytes: 10 * GiB });
  const nodeId = instanceId;
  await co.call("ControllerPublishVolume", { volumeId: volume.id, nodeId, volumeCapability: volume.capability });
  const snapshot = await co.snapshot("life", volume);
  await co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 20 * GiB } });
  await eventually(async () =>
    expect(await co.call("GetSnapshot", { snapshotId: snapshot.snapshotId })).toMatchObject({
      snapshot: { readyToUse: true },
    }),
  );
  const restored = await co.create("life-restored", { bytes: 10 * GiB, source: fromSnapshot(snapshot) });
  await co.call("ListVolumes");
  await co.call("ControllerUnpublishVolume", { volumeId: volume.id, nodeId });
  await co.call("DeleteSnapshot", { snapshotId: snapshot.snapshotId });
  for (const each of [restored, volume]) await co.delete(each);
}

describe("with our policy", () => {
  test("everything can be done", async () => {
    await using place = await makePlace([], { policy: parsePolicy(ours) });
    await live(place);
    const { co, driver, sandbox } = place;
    const volume = await co.create("extras", { bytes: 10 * GiB });
    const request = { volumeId: volume.id, nodeId: instanceId, volumeCapability: volume.capability, readonly: true };
    await co.call("ControllerPublishVolume", request);
    expect(await refusalOf(co.call("ControllerPublishVolume", { ...request, readonly: false }))).toMatch(
      /^ALREADY_EXISTS: .*read-only/,
    );
    const group = await co.call<{ groupSnapshot: { groupSnapshotId: string } }>("CreateVolumeGroupSnapshot", {
      name: "extras",
      sourceVolumeIds: [volume.id],
    });
    await co.call("DeleteVolumeGroupSnapshot", { groupSnapshotId: group.groupSnapshot.groupSnapshotId });
    await co.call("ControllerUnpublishVolume", { volumeId: volume.id, nodeId: instanceId });
    const mutableParameters = { iops: "4000", tagSpecification_1: "team=storage" };
    await co.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters });
    const clone = await co.create("extras-clone", { bytes: 10 * GiB, source: fromVolume(volume) });
    expect(await co.health(volume)).toEqual([]);
    for (const each of [clone, volume]) await co.delete(each);
    expect(await readText(driver.logFile)).not.toContain("not allowed");
    expect(await readText(sandbox.path("driver.log"))).not.toContain("PERMISSION_DENIED");
  });

  test("what others made cannot be deleted", async () => {
    await using place = await makePlace([], { policy: parsePolicy(ours) });
    const id = await place.volumeOfOthers();
    expect(await refusalOf(place.co.delete({ id }))).toMatch(/^PERMISSION_DENIED: .*DeleteVolume/);
  });
});

describe("a volume that an earlier driver has published to a node", () => {
  const wish = async (backend: Backend): Promise<AttachWish> => {
    const capability: Capability = { access: { kind: "block" }, mode: "SINGLE_NODE_WRITER" };
    return { volume: (await makeVolume(backend)).id, node: instanceId as NodeId, capability, readOnly: true };
  };

  test.each([
    ["our policy", ours],
    ["the classic one", classic],
  ])("read-only is published so again, with %s", async (_, policy) => {
    await using simulator = await makeSimulator({ profile: "fast", policy: parsePolicy(policy) });
    const [{ backend: earlier }, { backend: later }] = [await makeEbsBefore(simulator), await makeEbsBefore(simulator)];
    const readOnly = await wish(earlier);
    const answer = await earlier.attachments?.attach(readOnly, signal);
    expect(answer).toMatchObject({ readOnly: "true" });
    for (let attempt = 1; attempt <= 2; attempt += 1)
      expect(await later.attachments?.attach(readOnly, signal)).toEqual(answer);
  });

  test("for writing is not published read-only, with our policy; with the classic one as long as we remember", async () => {
    for (const [policy, isKnown] of [
      [ours, true],
      [classic, false],
    ] as const) {
      await using simulator = await makeSimulator({ profile: "fast", policy: parsePolicy(policy) });
      const [{ backend: same }, { backend: later }] = [await makeEbsBefore(simulator), await makeEbsBefore(simulator)];
      const readOnly = await wish(same);
      const writing = { ...readOnly, readOnly: false };
      const answer = await same.attachments?.attach(writing, signal);
      for (const backend of [same, ...(isKnown ? [later] : [])])
        expect(
          statusOf(await backend.attachments?.attach(readOnly, signal).catch((error: unknown) => error)),
        ).toMatchObject({ code: "ALREADY_EXISTS", message: expect.stringContaining("for writing") });
      for (const backend of [same, later]) expect(await backend.attachments?.attach(writing, signal)).toEqual(answer);
    }
  });
});

describe("with the classic AmazonEBSCSIDriverPolicy", () => {
  test("a volume has its whole life", async () => {
    await using place = await makePlace([], { policy: parsePolicy(classic) });
    await live(place);
  });

  test("each extra does without, or says what is not allowed, and one line in the log tells of it", async () => {
    await using place = await makePlace([], { policy: parsePolicy(classic) });
    const { co, driver } = place;
    const volume = await co.create("extras", { bytes: 10 * GiB });
    expect(await co.health(volume)).toEqual([]);
    expect(await co.health(volume)).toEqual([]);
    expect(await co.call("ControllerListVolumeHealth")).toMatchObject({ entries: [] });
    const request = { volumeId: volume.id, nodeId: instanceId, volumeCapability: volume.capability, readonly: true };
    await co.call("ControllerPublishVolume", request);
    await co.call("ControllerUnpublishVolume", { volumeId: volume.id, nodeId: instanceId });
    expect(await refusalOf(co.create("clone", { bytes: 10 * GiB, source: fromVolume(volume) }))).toMatch(
      /^PERMISSION_DENIED: .*CopyVolumes/,
    );

    const group = { name: "extras", sourceVolumeIds: [volume.id] };
    const apart = await co.call<{ groupSnapshot: { groupSnapshotId: string } }>("CreateVolumeGroupSnapshot", group);
    await co.call("DeleteVolumeGroupSnapshot", { groupSnapshotId: apart.groupSnapshot.groupSnapshotId });
    await co.call("ControllerPublishVolume", request);
    expect(await refusalOf(co.call("CreateVolumeGroupSnapshot", { ...group, name: "together" }))).toMatch(
      /^PERMISSION_DENIED: .*CreateSnapshots/,
    );
    await co.call("ControllerUnpublishVolume", { volumeId: volume.id, nodeId: instanceId });

    using modifications = place.fault({ kind: "slow", action: "ModifyVolume", delayMs: 0 });
    const mutableParameters = { iops: "4000", tagSpecification_1: "team=storage" };
    for (let attempt = 1; attempt <= 2; attempt += 1)
      await co.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters });
    expect(modifications.fired()).toBe(1);
    const onlyTags = { volumeId: volume.id, mutableParameters: { tagSpecification_1: "team=storage" } };
    expect(await refusalOf(co.call("ControllerModifyVolume", onlyTags))).toMatch(/^PERMISSION_DENIED: .*CreateTags/);

    const waiting = { bytes: 10 * GiB, parameters: { blockAttachUntilInitialized: "true" } };
    const blocked = await co.create("extras-blocked", waiting);
    await co.call("ControllerPublishVolume", { ...request, volumeId: blocked.id });
    await co.call("ControllerUnpublishVolume", { volumeId: blocked.id, nodeId: instanceId });
    for (const each of [blocked, volume]) await co.delete(each);
    const said = (await readText(driver.logFile)).split("\n").filter((line) => line.includes("not allowed"));
    for (const effect of ["impaired volumes are", "read-only publishing", "tags stay as they are", "blockAttachUntil"])
      expect(said.filter((line) => line.includes(effect))).toHaveLength(1);
    expect(said).toHaveLength(4);
  });
});
