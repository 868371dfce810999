import { CreateVolumeCommand, DescribeVolumesCommand, ModifyVolumeCommand, type Volume } from "@aws-sdk/client-ec2";
import { afterAll, describe, expect, test } from "vitest";
import { here, makeSimulator } from "../ec2/support/simulator.ts";
import { type CoVolume, capabilityOf, fromSnapshot, refusalOf } from "../support/co.ts";
import { instanceId, zone } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { eventually } from "../support/eventually.ts";
import { makeSandbox, readText } from "../support/sandbox.ts";
import { makePlace } from "./place.ts";

const place = await makePlace();
afterAll(() => place[Symbol.asyncDispose]());
const { co, simulator } = place;
const GiB = 2 ** 30;

const inEc2 = async ({ id }: Pick<CoVolume, "id">): Promise<Volume> => {
  const { Volumes = [] } = await simulator.client.send(new DescribeVolumesCommand({ VolumeIds: [id] }));
  return Volumes[0] ?? {};
};
const tagsOf = ({ Tags = [] }: Volume) => Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]));

describe("what a class says is what EC2 is asked for", () => {
  test.each([
    [
      "gp3",
      { type: "gp3", iops: "3000", throughput: "125", encrypted: "true" },
      { VolumeType: "gp3", Iops: 3000, Throughput: 125, Encrypted: true, Size: 10 },
    ],
    ["io2", { type: "io2", iops: "10000" }, { VolumeType: "io2", Iops: 10_000, Size: 10 }],
    ["st1, whose least size is more than was asked for", { type: "st1" }, { VolumeType: "st1", Size: 125 }],
    [
      "more IOPS than the size can have",
      { iops: "16000", throughput: "1000" },
      { VolumeType: "gp3", Iops: 5000, Throughput: 1000, Size: 10 },
    ],
    ["many IOPS for each GiB of io1", { type: "io1", iops: "64000" }, { VolumeType: "io1", Iops: 500, Size: 10 }],
    ["nothing", {}, { VolumeType: "gp3", Iops: 3000, Throughput: 125, Encrypted: false, Size: 10 }],
    // as external-provisioner makes it of a class of kubernetes.io/aws-ebs
    [
      "the in-tree class",
      { allowautoiopspergbincrease: "true", iopsPerGB: "50", type: "gp3", partition: "" },
      { VolumeType: "gp3", Iops: 3000, Size: 10 },
    ],
  ])("%s", async (name, parameters, expected) => {
    const volume = await co.create(`class-${name}`, { bytes: 10 * GiB, parameters });
    expect(await inEc2(volume)).toMatchObject(expected);
    expect(volume.sizeBytes).toBe((expected.Size ?? 0) * GiB);
    expect((await co.create(`class-${name}`, { bytes: 10 * GiB, parameters })).id).toBe(volume.id);
  });

  test("tags: the driver's, the claim's and the user's", async () => {
    const volume = await co.create("pvc-tags", {
      bytes: GiB,
      parameters: {
        tagSpecification_1: "team=*",
        tagSpecification_2: "of={{ .PVCNamespace | toUpper }}",
        "csi.storage.k8s.io/pvc/name": "data",
        "csi.storage.k8s.io/pvc/namespace": "shop",
        "csi.storage.k8s.io/pv/name": "pvc-tags",
      },
    });
    expect(tagsOf(await inEc2(volume))).toMatchObject({
      CSIVolumeName: "pvc-tags",
      "ebs.csi.aws.com/cluster": "true",
      "kubernetes.io/created-for/pvc/name": "data",
      "kubernetes.io/created-for/pvc/namespace": "shop",
      "kubernetes.io/created-for/pv/name": "pvc-tags",
      team: "*",
      of: "SHOP",
    });
  });

  test("an outpost that a snapshot class names is told to EC2", async () => {
    const volume = await co.create("on-outpost", { bytes: GiB });
    const outpostArn = "arn:aws:outposts:us-east-1:123456789012:outpost/op-0123456789abcdef0";
    const request = { name: "on-outpost", sourceVolumeId: volume.id, parameters: { outpostArn } };
    // the simulator has no outposts
    expect(await refusalOf(co.call("CreateSnapshot", request))).toMatch(/^INVALID_ARGUMENT: .*OutpostArn/);
  });

  test("a name with a star finds its own volume and no other", async () => {
    const other = await co.create("star-1", { bytes: GiB });
    const volume = await co.create("star-*", { bytes: GiB });
    expect(volume.id).not.toBe(other.id);
    expect((await co.create("star-*", { bytes: GiB })).id).toBe(volume.id);
  });

  test.each([
    ["a size beyond the type", { bytes: 20_000 * GiB, parameters: { type: "gp2" } }, /^OUT_OF_RANGE/],
    [
      "a size below the type, and no more",
      { bytes: GiB, limitBytes: GiB, parameters: { type: "st1" } },
      /^OUT_OF_RANGE/,
    ],
    [
      "more IOPS than any volume of the type has",
      { bytes: GiB, parameters: { iops: "80001" } },
      /^INVALID_ARGUMENT: .*from 3000 to 80000/,
    ],
    ["io2 without IOPS", { bytes: 10 * GiB, parameters: { type: "io2" } }, /^INVALID_ARGUMENT: .*from 100 to 256000/],
  ])("%s is refused, and nothing is made", async (name, wish, refusal) => {
    expect(await refusalOf(co.create(name, wish))).toMatch(refusal);
    expect(await place.volumesNamed(name)).toEqual([]);
  });
});

describe("what is made of encrypted bytes is encrypted as they are", () => {
  const key = "arn:aws:kms:us-east-1:123456789012:key/0123abcd-0123-0123-0123-0123456789ab";
  const sources = {
    plain: {},
    encrypted: { encrypted: "true" },
    keyed: { kmsKeyId: key },
    aliased: { kmsKeyId: "alias/a" },
  };
  const make = async (source: keyof typeof sources, name: string, parameters: Record<string, string>) => {
    const { id } = await co.create(`of-${source}`, { bytes: GiB, parameters: sources[source] });
    return await co.create(name, { bytes: GiB, source: { volume: { volumeId: id } }, parameters });
  };

  test.each([
    ["plain", { type: "gp3" }, false, undefined],
    ["plain", { encrypted: "false" }, false, undefined],
    ["plain", { encrypted: "true" }, true, undefined],
    ["plain", { kmsKeyId: "alias/b" }, true, "alias/b"],
    ["encrypted", { type: "gp3", encrypted: "true" }, true, undefined],
    ["encrypted", {}, true, undefined],
    ["keyed", { encrypted: "true" }, true, key],
    ["keyed", { kmsKeyId: key }, true, key],
    ["keyed", { kmsKeyId: "0123abcd-0123-0123-0123-0123456789ab" }, true, key],
    ["aliased", { kmsKeyId: "alias/a", encrypted: "true" }, true, "alias/a"],
  ] as const)("a clone of a volume that is %s, with %j", async (source, parameters, Encrypted, KmsKeyId) => {
    const name = `clone-${source}-${Object.values(parameters).join("-").replaceAll("/", "-")}`;
    const clone = await make(source, name, parameters);
    expect(await inEc2(clone)).toMatchObject({ Encrypted, ...(KmsKeyId === undefined ? {} : { KmsKeyId }) });
    expect((await make(source, name, parameters)).id).toBe(clone.id);
  });

  test.each([
    ["encrypted", { encrypted: "false" }, /^INVALID_ARGUMENT: parameter encrypted .*volume vol-.* is encrypted/],
    ["encrypted", { kmsKeyId: "alias/b" }, /^INVALID_ARGUMENT: parameter kmsKeyId alias\/b is not .*keeps its key/],
    ["keyed", { kmsKeyId: "alias/b" }, /^INVALID_ARGUMENT: parameter kmsKeyId alias\/b is not .*0123456789ab/],
  ] as const)("a clone of a volume that is %s is refused with %j", async (source, parameters, refusal) => {
    expect(await refusalOf(make(source, "refused-clone", parameters))).toMatch(refusal);
    expect(await place.volumesNamed("refused-clone")).toEqual([]);
  });

  test("a restore: not in plain, but with another key", async () => {
    const volume = await co.create("of-keyed", { bytes: GiB, parameters: sources.keyed });
    const snapshot = await co.snapshot("of-keyed", volume);
    const source = fromSnapshot(snapshot);
    await eventually(async () =>
      expect(await co.call("GetSnapshot", snapshot)).toMatchObject({ snapshot: { readyToUse: true } }),
    );
    expect(
      await refusalOf(co.create("plain-restore", { bytes: GiB, source, parameters: { encrypted: "false" } })),
    ).toMatch(/^INVALID_ARGUMENT: parameter encrypted .*snapshot snap-.* is encrypted/);
    const restored = await co.create("restore", { bytes: GiB, source, parameters: { kmsKeyId: "alias/b" } });
    expect(await inEc2(restored)).toMatchObject({ Encrypted: true, KmsKeyId: "alias/b" });
  });
});

describe("a zone", () => {
  const request = (name: string, requisite: readonly object[], preferred: readonly object[] = []) => ({
    name,
    volumeCapabilities: [capabilityOf()],
    accessibilityRequirements: {
      requisite: requisite.map((segments) => ({ segments })),
      preferred: preferred.map((segments) => ({ segments })),
    },
  });
  const key = "topology.ebs.csi.aws.com/zone";
  const both = (name: string) => ({ "topology.kubernetes.io/zone": name, [key]: name });

  test.each([
    ["by the key of the upstream driver", [{ [key]: "us-east-1b" }], [], "us-east-1b"],
    ["by Kubernetes' key", [{ "topology.kubernetes.io/zone": "us-east-1b" }], [], "us-east-1b"],
    ["the preferred one", [both("us-east-1a"), both("us-east-1b")], [both("us-east-1b")], "us-east-1b"],
  ])("%s, and the repeated request gets the same volume", async (name, requisite, preferred, chosen) => {
    const once = await co.call<{ volume: { volumeId: string } }>("CreateVolume", request(name, requisite, preferred));
    expect(once).toMatchObject({ volume: { accessibleTopology: [{ segments: both(chosen) }] } });
    expect(await co.call("CreateVolume", request(name, requisite, preferred))).toEqual(once);
  });

  test("that is not of the region is RESOURCE_EXHAUSTED", async () =>
    expect(await refusalOf(co.call("CreateVolume", request("away", [{ [key]: "eu-west-1a" }])))).toMatch(
      /^RESOURCE_EXHAUSTED: .*us-east-1a/,
    ));

  test("of which a volume is not cannot attach it", async () => {
    const { volume } = await co.call<{ volume: { volumeId: string } }>(
      "CreateVolume",
      request("b", [both("us-east-1b")]),
    );
    const publish = { volumeId: volume.volumeId, nodeId: here, volumeCapability: capabilityOf() };
    expect(await refusalOf(co.call("ControllerPublishVolume", publish))).toMatch(/^FAILED_PRECONDITION/);
  });
});

test("growth and new attributes that come together are one ModifyVolume, and another one has to wait", async () => {
  const volume = await co.create("joined", { bytes: 10 * GiB });
  using modifications = place.fault({ kind: "slow", action: "ModifyVolume", delayMs: 0 });
  await Promise.all([
    co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 20 * GiB } }),
    co.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters: { iops: "5000" } }),
  ]);
  expect(modifications.fired()).toBe(1);
  expect(await inEc2(volume)).toMatchObject({ Size: 20, Iops: 5000 });
  expect((await co.create("joined", { bytes: 10 * GiB })).id).toBe(volume.id);
});

test("a VolumeAttributesClass gives tags and takes them away", async () => {
  const parameters = { tagSpecification_1: "team=storage", tagSpecification_2: "stage=test" };
  const volume = await co.create("retagged", { bytes: GiB, parameters });
  const mutableParameters = { tagSpecification_1: "team=compute", tagSpecification_2: "new=1", tagDeletion_1: "stage" };
  using modifications = place.fault({ kind: "slow", action: "ModifyVolume", delayMs: 0 });
  for (let attempt = 1; attempt <= 2; attempt += 1)
    await co.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters });
  const tags = tagsOf(await inEc2(volume));
  expect(tags).toMatchObject({ team: "compute", new: "1", CSIVolumeName: "retagged" });
  expect(tags).not.toHaveProperty("stage");
  expect(modifications.fired()).toBe(0);
});

test("many calls at a time ask EC2 few times", async () => {
  const volumes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => co.create(`batched-${index}`, { bytes: GiB })),
  );
  // what comes while a question is under way goes with the next one
  using questions = place.fault({ kind: "slow", action: "DescribeVolumes", delayMs: 500 });
  const answers = await Promise.all(
    volumes.map(({ id }) => co.call<{ volume: { volumeId: string } }>("ControllerGetVolume", { volumeId: id })),
  );
  expect(answers.map(({ volume }) => volume.volumeId)).toEqual(volumes.map(({ id }) => id));
  expect(questions.fired()).toBeGreaterThan(0);
  expect(questions.fired()).toBeLessThan(10);
});

test("a class that wants more IOPS than the size can have gives what it can, and all once the volume has grown", async () => {
  const wish = { bytes: 10 * GiB, parameters: { iops: "16000" } };
  const volume = await co.create("lowered", wish);
  const change = { volumeId: volume.id, mutableParameters: { iops: "16000" } };
  using modifications = place.fault({ kind: "slow", action: "ModifyVolume", delayMs: 0 });
  await co.call("ControllerModifyVolume", change);
  expect(modifications.fired()).toBe(0);
  await co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 100 * GiB } });
  expect(await inEc2(volume)).toMatchObject({ Size: 100, Iops: 5000 });
  expect((await co.create("lowered", wish)).id).toBe(volume.id);
  await eventually(() => co.call("ControllerModifyVolume", change));
  expect(await inEc2(volume)).toMatchObject({ Size: 100, Iops: 16_000 });
});

test("the largest instance gets as many volumes as EC2 lets it have, and then no more", async () => {
  const type = "m7i.48xlarge";
  await using large = await makePlace([], { instances: [{ id: instanceId, type, zone }] });
  const publish = async (name: string) => {
    const { id: volumeId, capability } = await large.co.create(name, { bytes: GiB });
    const request = { volumeId, nodeId: instanceId, volumeCapability: capability };
    return await large.co.call<{ publishContext: { devicePath: string } }>("ControllerPublishVolume", request);
  };
  const names: string[] = [];
  for (let index = 0; index < 128; index += 1) names.push((await publish(`many-${index}`)).publishContext.devicePath);
  expect(new Set(names).size).toBe(128);
  expect(await refusalOf(publish("one-too-many"))).toMatch(/^RESOURCE_EXHAUSTED/);
});

test("a volume that somebody made by hand can be used, and grown by hand it tells its size", async () => {
  const input = { AvailabilityZone: zone, Size: 5, VolumeType: "gp3" } as const;
  const { VolumeId = "" } = await simulator.client.send(new CreateVolumeCommand(input));
  await eventually(() => simulator.client.send(new ModifyVolumeCommand({ VolumeId, Size: 6 })));
  const publish = { volumeId: VolumeId, nodeId: instanceId, volumeCapability: capabilityOf("block") };
  expect(await co.call("ControllerPublishVolume", publish)).toMatchObject({
    publishContext: { devicePath: expect.stringMatching(/^\/dev\/xvd/) },
  });
  expect(await co.call("ControllerGetVolume", { volumeId: VolumeId })).toMatchObject({
    volume: { capacityBytes: String(6 * GiB) },
    status: { publishedNodeIds: [instanceId] },
  });
  await co.call("ControllerUnpublishVolume", publish);
});

test("a driver that is killed between EC2's answer and its own finds the volume again", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await makeSimulator({ profile: "fast" });
  const request = { name: "killed", volumeCapabilities: [capabilityOf()] };
  ec2.ec2.faults.add({ kind: "slow", action: "CreateVolume", delayMs: 60_000, times: 1 });
  {
    await using first = await startEbsDriver(sandbox, ec2);
    const call = first.client.call("CreateVolume", request).catch(() => "lost");
    await eventually(() => expect(ec2.ec2.faults.list()[0]?.fired).toBe(1));
    await first.kill();
    expect(await call).toBe("lost");
  }
  await using second = await startEbsDriver(sandbox, ec2);
  await second.client.call("CreateVolume", request);
  const { Volumes = [] } = await ec2.client.send(new DescribeVolumesCommand({}));
  expect(Volumes).toHaveLength(1);
});

test.each([
  ["node", "NodeGetInfo", false],
  ["controller", "ListVolumes", true],
])("the %s, having answered %s, has loaded the SDK: %s; a node needs no key", async (services, rpc, loads) => {
  await using sandbox = await makeSandbox({ plain: true });
  const env = {
    ...(loads ? {} : { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }),
    NODE_OPTIONS: `--import ${new URL("../support/note-modules.ts", import.meta.url)}`,
    NOTE_MODULES_IN: sandbox.path("modules"),
  };
  await using driver = await startEbsDriver(sandbox, simulator, { flags: ["--services", services], env });
  await driver.client.call(rpc, {});
  const modules = (await readText(sandbox.path("modules"))).split("\n");
  expect(modules.filter((url) => url.endsWith("/src/backend/ebs/node.ts"))).toHaveLength(1);
  expect(modules.some((url) => /\/@(aws-sdk|smithy)\//.test(url))).toBe(loads);
});
