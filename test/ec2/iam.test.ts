import { writeFile } from "node:fs/promises";
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/ec2/iam/policy.ts";
import { command } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { makeSimulator, refusalOf, testClock, zone } from "./support/simulator.ts";

/** The shape of AmazonEBSCSIDriverPolicy: describes freely, makes what is tagged as a driver's, deletes only that. */
const driverPolicy = {
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["ec2:Describe*", "ec2:ModifyVolume"], Resource: "*" },
    {
      Effect: "Allow",
      Action: "ec2:CreateSnapshot",
      Resource: ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
    },
    {
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"],
      Condition: { StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] } },
    },
    {
      Effect: "Allow",
      Action: "ec2:CreateVolume",
      Resource: "*",
      Condition: { StringLike: { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" } },
    },
    {
      Effect: "Allow",
      Action: "ec2:DeleteVolume",
      Resource: "*",
      Condition: { StringLike: { "ec2:ResourceTag/ebs.csi.aws.com/cluster": "true" } },
    },
    {
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/protected": "yes" } },
    },
  ],
};

const ours = [{ Key: "ebs.csi.aws.com/cluster", Value: "true" }];

async function makeGuarded(policy: object = driverPolicy) {
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now, policy: parsePolicy(JSON.stringify(policy)) });
  const create = async (tags: { Key: string; Value: string }[]) => {
    const specification = [{ ResourceType: "volume" as const, Tags: tags }];
    const { VolumeId = "" } = await ec2.client.send(
      new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, TagSpecifications: specification }),
    );
    clock.advance(5000);
    return VolumeId;
  };
  return Object.assign(ec2, { create });
}

describe("a policy is enforced", () => {
  test("by the tags that are asked for, and by those that are there", async () => {
    await using ec2 = await makeGuarded();
    expect(await refusalOf(ec2.create([{ Key: "other", Value: "x" }]))).toEqual({
      code: "UnauthorizedOperation",
      status: 403,
      message:
        "You are not authorized to perform this operation. User: arn:aws:iam::000000000000:user/kura is not authorized to perform: ec2:CreateVolume on resource: arn:aws:ec2:us-east-1:000000000000:volume/* because no identity-based policy allows the ec2:CreateVolume action",
    });
    const id = await ec2.create(ours);
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
  });

  test("tagging is allowed while making, not later", async () => {
    await using ec2 = await makeGuarded();
    const id = await ec2.create(ours);
    const tag = ec2.client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "k", Value: "v" }] }));
    expect(await refusalOf(tag)).toMatchObject({ code: "UnauthorizedOperation" });
    const tags = [{ ResourceType: "snapshot" as const, Tags: [{ Key: "k", Value: "v" }] }];
    await ec2.client.send(new CreateSnapshotCommand({ VolumeId: id, TagSpecifications: tags }));
  });

  test("a deny is stronger than an allow, and DryRun is refused as well", async () => {
    await using ec2 = await makeGuarded();
    const id = await ec2.create([...ours, { Key: "protected", Value: "yes" }]);
    for (const DryRun of [false, true]) {
      const refusal = await refusalOf(ec2.client.send(new ModifyVolumeCommand({ VolumeId: id, Size: 2, DryRun })));
      expect(refusal).toMatchObject({
        code: "UnauthorizedOperation",
        message: expect.stringContaining("explicit deny"),
      });
    }
    expect((await ec2.client.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
  });

  test("what does not exist is not found, whoever asks", async () => {
    await using ec2 = await makeGuarded();
    const gone = ec2.client.send(new DeleteVolumeCommand({ VolumeId: "vol-00000000000000000" }));
    expect(await refusalOf(gone)).toMatchObject({ code: "InvalidVolume.NotFound" });
  });

  test.each([
    ["ForAllValues of tag keys", { "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } }, ["a"], true],
    ["ForAllValues of tag keys", { "ForAllValues:StringEquals": { "aws:TagKeys": ["a", "b"] } }, ["a", "c"], false],
    ["ForAnyValue of tag keys", { "ForAnyValue:StringEquals": { "aws:TagKeys": ["a"] } }, ["a", "c"], true],
    ["a tag that is not there", { Null: { "aws:RequestTag/a": "true" } }, ["b"], true],
    ["a tag that is there", { Null: { "aws:RequestTag/a": "false" } }, ["b"], false],
    ["if it exists", { StringEqualsIfExists: { "aws:RequestTag/a": "y" } }, ["b"], true],
    ["not equal", { StringNotEquals: { "aws:RequestTag/a": "v" } }, ["a"], false],
    ["not like", { StringNotLike: { "aws:RequestTag/a": "w*" } }, ["a"], true],
    ["the region", { StringEquals: { "aws:RequestedRegion": "eu-west-1" } }, ["a"], false],
  ] as const)("condition %s: %j with the tags %j is %s", async (_, Condition, keys, isAllowed) => {
    await using ec2 = await makeGuarded({ Statement: { Effect: "Allow", Action: "ec2:*", Resource: "*", Condition } });
    const outcome = await ec2.create(keys.map((Key) => ({ Key, Value: "v" }))).then(
      () => true,
      () => false,
    );
    expect(outcome).toBe(isAllowed);
  });
});

describe("a policy that is not understood is refused at the start", () => {
  test.each([
    ["{", /is not JSON/],
    [JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*" }] }), /Statement/],
    [
      JSON.stringify({
        Statement: [
          { Effect: "Allow", Action: "*", Resource: "*", Condition: { IpAddress: { "aws:SourceIp": "1.2.3.4" } } },
        ],
      }),
      /operator IpAddress, which is not known here/,
    ],
    [
      JSON.stringify({
        Statement: [
          { Effect: "Allow", Action: "*", Resource: "*", Condition: { StringEquals: { "aws:SourceVpc": "v" } } },
        ],
      }),
      /key aws:SourceVpc, which is not known here/,
    ],
  ])("%s", async (text, line) => {
    await using sandbox = await makeSandbox({ plain: true });
    await writeFile(sandbox.path("policy.json"), text);
    const argv = ["ec2", "--state", "memory", "--iam-policy", sandbox.path("policy.json")];
    const { exitCode, stderr } = await command([process.execPath, mainFile, ...argv]);
    expect(stderr).toMatch(line);
    expect(stderr.split("\n")).toHaveLength(2);
    expect(exitCode).toBe(2);
  });
});
