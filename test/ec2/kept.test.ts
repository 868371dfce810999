import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type EC2Client,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { type Keeper, memoryKeeper } from "../../src/ec2/keeper/keeper.ts";
import { eventually } from "../support/eventually.ts";
import { here, makeSimulator, refusalOf, testClock, zone } from "./support/simulator.ts";

type Write = "saveVolume" | "removeVolume" | "saveSnapshot" | "removeSnapshot" | "saveInstance";

/** A disk whose next writes of one kind a test holds back, and lets through or fails. */
function testDisk() {
  const held: { kind: Write; ends: PromiseWithResolvers<void> }[] = [];
  const asked: Write[] = [];
  const writing = (kind: Write) => async () => {
    asked.push(kind);
    const at = held.findIndex((one) => one.kind === kind);
    if (at >= 0) await held.splice(at, 1)[0]?.ends.promise;
  };
  const kinds = ["saveVolume", "removeVolume", "saveSnapshot", "removeSnapshot", "saveInstance"] as const;
  const keeper: Keeper = { ...memoryKeeper(), ...Object.fromEntries(kinds.map((kind) => [kind, writing(kind)])) };
  const hold = (kind: Write) => {
    const ends = Promise.withResolvers<void>();
    ends.promise.catch(() => {});
    held.push({ kind, ends });
    return ends;
  };
  return {
    keeper,
    hold,
    failOnce: (kind: Write) => hold(kind).reject(new Error("the disk is gone")),
    countOf: (kind: Write) => asked.filter((one) => one === kind).length,
  };
}

async function makeWithDisk() {
  const disk = testDisk();
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now, keeper: disk.keeper });
  const { VolumeId: id = "" } = await ec2.client.send(
    new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, VolumeType: "gp3", ClientToken: "t" }),
  );
  clock.advance(5000);
  const volume = async () => (await ec2.client.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0];
  return Object.assign(ec2, { disk, clock, id, volume });
}

const attach = (VolumeId: string) => new AttachVolumeCommand({ VolumeId, InstanceId: here, Device: "/dev/xvdba" });
const tag = (id: string, key: string) => new CreateTagsCommand({ Resources: [id], Tags: [{ Key: key, Value: "v" }] });
const error500 = { code: "InternalError", status: 500 };

async function snapshotIn({
  client,
  id,
  clock,
}: {
  client: EC2Client;
  id: string;
  clock: { advance(ms: number): void };
}) {
  const { SnapshotId = "" } = await client.send(new CreateSnapshotCommand({ VolumeId: id }));
  clock.advance(60_000);
  return SnapshotId;
}

describe("what could not be written is not so, and can be asked for again", () => {
  test("an attachment", async () => {
    await using ec2 = await makeWithDisk();
    ec2.disk.failOnce("saveVolume");
    expect(await refusalOf(ec2.client.send(attach(ec2.id)))).toMatchObject(error500);
    expect(await ec2.volume()).toMatchObject({ State: "available", Attachments: [] });
    await ec2.client.send(attach(ec2.id));
    expect(await ec2.volume()).toMatchObject({ State: "in-use" });
  });

  test("a detachment", async () => {
    await using ec2 = await makeWithDisk();
    await ec2.client.send(attach(ec2.id));
    ec2.clock.advance(5000);
    ec2.disk.failOnce("saveVolume");
    await refusalOf(ec2.client.send(new DetachVolumeCommand({ VolumeId: ec2.id })));
    ec2.clock.advance(5000);
    expect(await ec2.volume()).toMatchObject({ State: "in-use", Attachments: [{ State: "attached" }] });
  });

  test("a modification", async () => {
    await using ec2 = await makeWithDisk();
    ec2.disk.failOnce("saveVolume");
    const wish = new ModifyVolumeCommand({ VolumeId: ec2.id, Size: 2 });
    expect(await refusalOf(ec2.client.send(wish))).toMatchObject(error500);
    await ec2.client.send(wish);
    ec2.clock.advance(5000);
    expect(await ec2.volume()).toMatchObject({ Size: 2 });
  });

  test("tags of a volume, a snapshot and an instance", async () => {
    await using ec2 = await makeWithDisk();
    const snapshot = await snapshotIn(ec2);
    for (const [kind, id] of [
      ["saveVolume", ec2.id],
      ["saveSnapshot", snapshot],
      ["saveInstance", here],
    ] as const) {
      ec2.disk.failOnce(kind);
      expect(await refusalOf(ec2.client.send(tag(id, "k")))).toMatchObject(error500);
    }
    expect((await ec2.volume())?.Tags ?? []).toEqual([]);
    const { Snapshots } = await ec2.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));
    expect(Snapshots?.[0]?.Tags ?? []).toEqual([]);
    const { Reservations } = await ec2.client.send(new DescribeInstancesCommand({ InstanceIds: [here] }));
    expect(Reservations?.[0]?.Instances?.[0]?.Tags ?? []).toEqual([]);
  });

  test("two changes at once, of which the second was built on the first", async () => {
    await using ec2 = await makeWithDisk();
    const [first, second] = [ec2.disk.hold("saveVolume"), ec2.disk.hold("saveVolume")];
    const attaching = refusalOf(ec2.client.send(attach(ec2.id)));
    await eventually(async () => expect((await ec2.volume())?.Attachments).toHaveLength(1));
    const taking = ec2.client.send(new CreateSnapshotCommand({ VolumeId: ec2.id })); // notes when it was, meanwhile
    const tagging = refusalOf(ec2.client.send(tag(ec2.id, "k")));
    await eventually(async () => expect((await ec2.volume())?.Tags).toHaveLength(1));
    first.reject(new Error("the disk is gone"));
    expect(await attaching).toMatchObject(error500);
    second.reject(new Error("the disk is gone"));
    expect(await tagging).toMatchObject(error500);
    await taking;
    expect(await ec2.volume()).toMatchObject({ State: "available", Attachments: [] });
  });
});

describe("what could not be removed is there, and can be removed again", () => {
  test("a volume, whose token still names it", async () => {
    await using ec2 = await makeWithDisk();
    ec2.disk.failOnce("removeVolume");
    const wish = new DeleteVolumeCommand({ VolumeId: ec2.id });
    expect(await refusalOf(ec2.client.send(wish))).toMatchObject(error500);
    expect(await ec2.volume()).toMatchObject({ State: "available" });
    await ec2.client.send(wish);
    expect(ec2.disk.countOf("removeVolume")).toBe(2);
  });

  test("a snapshot", async () => {
    await using ec2 = await makeWithDisk();
    const wish = new DeleteSnapshotCommand({ SnapshotId: await snapshotIn(ec2) });
    ec2.disk.failOnce("removeSnapshot");
    expect(await refusalOf(ec2.client.send(wish))).toMatchObject(error500);
    await ec2.client.send(wish);
    expect(ec2.disk.countOf("removeSnapshot")).toBe(2);
  });

  test.each([
    ["removeVolume", (id: string) => new DeleteVolumeCommand({ VolumeId: id })],
    ["removeSnapshot", (id: string) => new DeleteSnapshotCommand({ SnapshotId: id })],
  ] as const)("a second call during %s is answered after it, and fails with it", async (kind, wish) => {
    await using ec2 = await makeWithDisk();
    const id = kind === "removeVolume" ? ec2.id : await snapshotIn(ec2);
    const removal = ec2.disk.hold(kind);
    // as a command's type differs with each
    const send = () => refusalOf(ec2.client.send(wish(id) as DeleteVolumeCommand));
    const first = send();
    await eventually(async () => expect(ec2.disk.countOf(kind)).toBe(1));
    ec2.clock.advance(10_000); // however long it takes, it is not gone before it is removed
    const second = send();
    expect(await refusalOf(ec2.client.send(tag(id, "k")))).toMatchObject({ code: expect.stringMatching(/NotFound$/) });
    removal.reject(new Error("the disk is gone"));
    expect(await first).toMatchObject(error500);
    expect(await second).toMatchObject(error500);
  });
});
