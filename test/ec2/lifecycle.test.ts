import {
  AttachVolumeCommand,
  CopyVolumesCommand,
  CreateSnapshotCommand,
  CreateSnapshotsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumeStatusCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import {
  beside,
  elsewhere,
  here,
  makeSimulator,
  refusalOf,
  type TestSimulator,
  testClock,
  zone,
} from "./support/simulator.ts";

const second = 1000;
const hour = 3600 * second;

/** A simulator whose clock only moves when it is told to. */
async function makeStill() {
  const clock = testClock();
  const simulator = await makeSimulator({ now: clock.now });
  const { client } = simulator;
  const volumeOf = async (id: string) =>
    (await client.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0];
  const make = async (size = 10, more: object = {}) => {
    const input = { AvailabilityZone: zone, Size: size, VolumeType: "gp3", ...more } as const;
    const { VolumeId: id = "" } = await client.send(new CreateVolumeCommand(input));
    clock.advance(2 * second);
    return id;
  };
  const attach = async (id: string, instance = here, device = "/dev/xvdaa") => {
    await client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: instance, Device: device }));
    clock.advance(3 * second);
  };
  return Object.assign(simulator, { clock, volumeOf, make, attach });
}

describe("the life of a volume", () => {
  test("it is creating, then available, then deleting, then gone", async () => {
    await using ec2 = await makeStill();
    const answer = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 10 }));
    const id = answer.VolumeId ?? "";
    expect(answer).toMatchObject({
      State: "creating",
      Size: 10,
      VolumeType: "gp2",
      Iops: 100,
      AvailabilityZone: zone,
      AvailabilityZoneId: "use1-az1",
      Encrypted: false,
      MultiAttachEnabled: false,
    });
    expect(id).toMatch(/^vol-[0-9a-f]{17}$/);
    expect((await ec2.volumeOf(id))?.State).toBe("creating");
    ec2.clock.advance(2 * second);
    expect((await ec2.volumeOf(id))?.State).toBe("available");
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
    expect((await ec2.volumeOf(id))?.State).toBe("deleting");
    ec2.clock.advance(2 * second);
    expect(await refusalOf(ec2.volumeOf(id))).toMatchObject({
      code: "InvalidVolume.NotFound",
      message: `The volume '${id}' does not exist.`,
    });
  });

  test.each([
    [{ VolumeType: "gp3" }, { Iops: 3000, Throughput: 125 }],
    [
      { VolumeType: "gp3", Iops: 6000, Throughput: 500 },
      { Iops: 6000, Throughput: 500 },
    ],
    [
      { VolumeType: "io2", Iops: 5000, MultiAttachEnabled: true },
      { Iops: 5000, MultiAttachEnabled: true },
    ],
    [{ VolumeType: "gp2", Size: 5000 }, { Iops: 15000 }],
    [
      { VolumeType: "st1", Size: 125 },
      { VolumeType: "st1", Size: 125 },
    ],
    [
      { VolumeType: "gp3", Encrypted: true, KmsKeyId: "alias/mine" },
      { Encrypted: true, KmsKeyId: "alias/mine" },
    ],
  ] as const)("a volume made with %j has %j", async (asked, expected) => {
    await using ec2 = await makeStill();
    const answer = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 100, ...asked }));
    expect(answer).toMatchObject(expected);
  });
});

describe("attaching", () => {
  test("attaching, attached, detaching, and available again", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const answer = await ec2.client.send(
      new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdaa" }),
    );
    expect(answer).toMatchObject({ VolumeId: id, InstanceId: here, Device: "/dev/xvdaa", State: "attaching" });
    expect(await ec2.volumeOf(id)).toMatchObject({ State: "in-use", Attachments: [{ State: "attaching" }] });
    ec2.clock.advance(3 * second);
    expect(await ec2.volumeOf(id)).toMatchObject({ State: "in-use", Attachments: [{ State: "attached" }] });
    const { Reservations } = await ec2.client.send(new DescribeInstancesCommand({ InstanceIds: [here] }));
    expect(Reservations?.[0]?.Instances?.[0]).toMatchObject({
      InstanceType: "m5.large",
      Placement: { AvailabilityZone: zone },
      State: { Name: "running" },
      BlockDeviceMappings: [{ DeviceName: "/dev/xvdaa", Ebs: { VolumeId: id, Status: "attached" } }],
    });
    const detached = await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: here }));
    expect(detached.State).toBe("detaching");
    ec2.clock.advance(3 * second);
    expect(await ec2.volumeOf(id)).toMatchObject({ State: "available", Attachments: [] });
  });

  test("a volume of io2 with Multi-Attach is attached to two instances, each in its own time", async () => {
    await using ec2 = await makeStill();
    const input = { AvailabilityZone: zone, Size: 10, VolumeType: "io2", Iops: 100, MultiAttachEnabled: true } as const;
    const { VolumeId: id = "" } = await ec2.client.send(new CreateVolumeCommand(input));
    ec2.clock.advance(2 * second);
    await ec2.attach(id);
    await ec2.attach(id, beside);
    const attachments = (await ec2.volumeOf(id))?.Attachments?.map(({ InstanceId, State }) => [InstanceId, State]);
    expect(attachments).toEqual([
      [here, "attached"],
      [beside, "attached"],
    ]);
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: here }));
    ec2.clock.advance(3 * second);
    expect((await ec2.volumeOf(id))?.Attachments).toMatchObject([{ InstanceId: beside }]);
  });

  test("an instance takes as many volumes as its type says", async () => {
    await using ec2 = await makeStill();
    const { InstanceTypes } = await ec2.client.send(
      new DescribeInstanceTypesCommand({ InstanceTypes: ["m5.large", "m7i.xlarge"] }),
    );
    const limits = InstanceTypes?.map((type) => [
      type.InstanceType,
      type.EbsInfo?.MaximumEbsAttachments,
      type.EbsInfo?.AttachmentLimitType,
    ]);
    expect(limits).toEqual([
      ["m5.large", 27, "shared"],
      ["m7i.xlarge", 32, "dedicated"],
    ]);
    const names = Array.from(
      { length: 27 },
      (_, index) => `/dev/xvd${"ab"[Math.floor(index / 26)]}${String.fromCharCode(97 + (index % 26))}`,
    );
    for (const device of names) await ec2.attach(await ec2.make(), here, device);
    const one = await ec2.make();
    expect(await refusalOf(ec2.attach(one, here, "/dev/xvdcc"))).toMatchObject({ code: "AttachmentLimitExceeded" });
  });
});

describe("modifying", () => {
  const modification = async ({ client }: TestSimulator, id: string) =>
    (await client.send(new DescribeVolumesModificationsCommand({ VolumeIds: [id] }))).VolumesModifications?.[0];

  test("modifying, optimizing with the new figures, completed", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const { VolumeModification } = await ec2.client.send(
      new ModifyVolumeCommand({ VolumeId: id, Size: 20, Iops: 6000, Throughput: 250 }),
    );
    expect(VolumeModification).toMatchObject({
      ModificationState: "modifying",
      OriginalSize: 10,
      OriginalIops: 3000,
      TargetSize: 20,
      TargetIops: 6000,
      TargetThroughput: 250,
      Progress: 0,
    });
    expect(await ec2.volumeOf(id)).toMatchObject({ Size: 10, Iops: 3000 });
    ec2.clock.advance(5 * second);
    expect(await modification(ec2, id)).toMatchObject({ ModificationState: "optimizing" });
    expect(await ec2.volumeOf(id)).toMatchObject({ Size: 20, Iops: 6000, Throughput: 250 });
    ec2.clock.advance(hour);
    expect(await modification(ec2, id)).toMatchObject({
      ModificationState: "completed",
      Progress: 100,
      EndTime: expect.any(Date),
    });
  });

  test("the fifth in 24 hours is refused, until the first of them is a day old", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const grow = (size: number) => ec2.client.send(new ModifyVolumeCommand({ VolumeId: id, Size: size }));
    for (const size of [11, 12, 13, 14]) {
      await grow(size);
      ec2.clock.advance(hour);
    }
    const refusal = await refusalOf(grow(15));
    expect(refusal.code).toBe("VolumeModificationRateExceeded");
    expect(refusal.message).toContain("Wait until 2026-01-02T00:00:02.000Z");
    ec2.clock.advance(20 * hour);
    await grow(15);
  });

  test.each([
    [
      "gp2 becomes gp3 no slower",
      { VolumeType: "gp2", Size: 2000 },
      { VolumeType: "gp3" },
      { Iops: 6000, Throughput: 250 },
    ],
    ["gp3 becomes gp2", { VolumeType: "gp3", Size: 100 }, { VolumeType: "gp2" }, { VolumeType: "gp2", Iops: 300 }],
    ["io1 becomes io2", { VolumeType: "io1", Size: 100, Iops: 400 }, { VolumeType: "io2" }, { Iops: 400 }],
    ["gp2 that grows is quicker", { VolumeType: "gp2", Size: 100 }, { Size: 200 }, { Size: 200, Iops: 600 }],
  ] as const)("%s", async (_, made, change, expected) => {
    await using ec2 = await makeStill();
    const { VolumeId: id = "" } = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, ...made }));
    ec2.clock.advance(2 * second);
    await ec2.client.send(new ModifyVolumeCommand({ VolumeId: id, ...change }));
    ec2.clock.advance(5 * second);
    expect(await ec2.volumeOf(id)).toMatchObject(expected);
  });
});

describe("snapshots", () => {
  test("pending with progress, completed, and a volume from it that is initialized behind its use", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const made = await ec2.client.send(new CreateSnapshotCommand({ VolumeId: id, Description: "before" }));
    expect(made).toMatchObject({ State: "pending", VolumeSize: 10, Description: "before", Progress: "0%" });
    const show = async () =>
      (await ec2.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [made.SnapshotId ?? ""] }))).Snapshots?.[0];
    ec2.clock.advance(20 * second);
    expect(await show()).toMatchObject({ State: "pending", Progress: "50%" });
    ec2.clock.advance(20 * second);
    expect(await show()).toMatchObject({ State: "completed", Progress: "100%" });
    const restored = await ec2.client.send(
      new CreateVolumeCommand({ AvailabilityZone: "us-east-1b", SnapshotId: made.SnapshotId }),
    );
    expect(restored).toMatchObject({ Size: 10, SnapshotId: made.SnapshotId });
    ec2.clock.advance(2 * second);
    const status = async () =>
      (await ec2.client.send(new DescribeVolumeStatusCommand({ VolumeIds: [restored.VolumeId ?? ""] })))
        .VolumeStatuses?.[0];
    const initialization = (state: string) => ({
      VolumeStatus: {
        Status: "ok",
        Details: expect.arrayContaining([{ Name: "initialization-state", Status: state }]),
      },
    });
    expect(await status()).toMatchObject(initialization("initializing"));
    ec2.clock.advance(100 * second);
    expect(await status()).toMatchObject(initialization("completed"));
  });

  test("one that is deleted while pending goes once it is whole", async () => {
    await using ec2 = await makeStill();
    const { SnapshotId: snapshot = "" } = await ec2.client.send(
      new CreateSnapshotCommand({ VolumeId: await ec2.make() }),
    );
    const show = () => ec2.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));
    await ec2.client.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }));
    expect((await show()).Snapshots?.[0]?.State).toBe("pending");
    ec2.clock.advance(hour);
    expect(await refusalOf(show())).toMatchObject({ code: "InvalidSnapshot.NotFound" });
  });

  test("of all volumes of an instance but those left out", async () => {
    await using ec2 = await makeStill();
    const ids = [await ec2.make(1), await ec2.make(2), await ec2.make(3)];
    for (const [index, id] of ids.entries()) await ec2.attach(id, here, `/dev/xvd${"bcd"[index]}`);
    const { Snapshots } = await ec2.client.send(
      new CreateSnapshotsCommand({
        InstanceSpecification: { InstanceId: here, ExcludeDataVolumeIds: [ids[1] ?? ""] },
        TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "group", Value: "g" }] }],
      }),
    );
    const found = Snapshots?.map(({ VolumeId, State, Tags }) => [VolumeId, State, Tags?.[0]?.Value]);
    expect(found?.sort()).toEqual([ids[0], ids[2]].sort().map((id) => [id, "pending", "g"]));
  });

  test("CopyVolumes makes a volume of its own beside the source", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const { Volumes } = await ec2.client.send(
      new CopyVolumesCommand({ SourceVolumeId: id, VolumeType: "gp3", Size: 12 }),
    );
    expect(Volumes).toMatchObject([{ SourceVolumeId: id, Size: 12, VolumeType: "gp3", AvailabilityZone: zone }]);
  });

  test.each([
    ["plain", {}, {}, { Encrypted: false }],
    ["encrypted on the way", {}, { Encrypted: true, KmsKeyId: "alias/b" }, { Encrypted: true, KmsKeyId: "alias/b" }],
    ["encrypted as its source", { Encrypted: true, KmsKeyId: "alias/a" }, {}, { Encrypted: true, KmsKeyId: "alias/a" }],
    [
      "encrypted as its source, whatever is asked",
      { Encrypted: true, KmsKeyId: "alias/a" },
      { Encrypted: false },
      { Encrypted: true, KmsKeyId: "alias/a" },
    ],
  ])("a copy is %s", async (_, source, asked, expected) => {
    await using ec2 = await makeStill();
    const SourceVolumeId = await ec2.make(10, source);
    const { Volumes } = await ec2.client.send(new CopyVolumesCommand({ SourceVolumeId, ...asked }));
    expect(Volumes).toMatchObject([expected]);
  });
});

describe("regions", () => {
  test("each has its zones, its volumes and its instances", async () => {
    await using ec2 = await makeStill();
    const id = await ec2.make();
    const abroad = ec2.clientOf("eu-west-1");
    const { AvailabilityZones } = await abroad.send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones?.map(({ ZoneName, ZoneId }) => [ZoneName, ZoneId])).toEqual([
      ["eu-west-1a", "euw1-az1"],
      ["eu-west-1b", "euw1-az2"],
      ["eu-west-1c", "euw1-az3"],
    ]);
    expect((await abroad.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    expect(await refusalOf(abroad.send(new DeleteVolumeCommand({ VolumeId: id })))).toMatchObject({
      code: "InvalidVolume.NotFound",
    });
    expect(await refusalOf(abroad.send(new DescribeInstancesCommand({ InstanceIds: [elsewhere] })))).toMatchObject({
      code: "InvalidInstanceID.NotFound",
    });
  });
});
