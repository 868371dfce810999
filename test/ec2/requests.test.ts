import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteTagsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  type Filter,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { memoryKeeper } from "../../src/ec2/keeper/keeper.ts";
import { here, makeSimulator, testClock, zone } from "./support/simulator.ts";

async function makeSome() {
  const clock = testClock();
  const ec2 = await makeSimulator({ now: clock.now });
  const make = async (name: string, input: Partial<CreateVolumeCommandInput> = {}) => {
    const tags = [{ ResourceType: "volume" as const, Tags: [{ Key: "Name", Value: name }] }];
    const asked = { AvailabilityZone: zone, Size: 10, VolumeType: "gp3", TagSpecifications: tags, ...input } as const;
    const { VolumeId = "" } = await ec2.client.send(new CreateVolumeCommand(asked));
    return VolumeId;
  };
  const find = async (...filters: Filter[]) => {
    const { Volumes = [] } = await ec2.client.send(new DescribeVolumesCommand({ Filters: filters }));
    return Volumes.map(({ Tags }) => Tags?.[0]?.Value ?? "").sort();
  };
  return Object.assign(ec2, { clock, make, find });
}

describe("filters", () => {
  test.each<[string, Filter[], string[]]>([
    ["a value", [{ Name: "volume-type", Values: ["gp2"] }], ["blue-1"]],
    ["any of the values", [{ Name: "size", Values: ["20", "30"] }], ["blue-1", "red*"]],
    [
      "all of the filters",
      [
        { Name: "size", Values: ["10"] },
        { Name: "encrypted", Values: ["true"] },
      ],
      ["blue-2"],
    ],
    ["a tag", [{ Name: "tag:Name", Values: ["blue-1"] }], ["blue-1"]],
    ["a tag's key", [{ Name: "tag-key", Values: ["Name"] }], ["blue-1", "blue-2", "red*"]],
    ["a star for any text", [{ Name: "tag:Name", Values: ["blue*"] }], ["blue-1", "blue-2"]],
    ["a question mark for one character", [{ Name: "tag:Name", Values: ["blue??"] }], ["blue-1", "blue-2"]],
    ["a star with a backslash for itself", [{ Name: "tag:Name", Values: ["red\\*"] }], ["red*"]],
    ["no wildcard by accident", [{ Name: "tag:Name", Values: ["blu.-1"] }], []],
    ["a tag that nobody has", [{ Name: "tag:constructor", Values: ["*"] }], []],
  ])("find by %s", async (_, filters, names) => {
    await using ec2 = await makeSome();
    await ec2.make("blue-1", { VolumeType: "gp2", Size: 20 });
    await ec2.make("blue-2", { Encrypted: true });
    await ec2.make("red*", { Size: 30 });
    expect(await ec2.find(...filters)).toEqual(names);
  });
});

describe("pages", () => {
  test("hold as many as was asked for, and together everything once", async () => {
    await using ec2 = await makeSome();
    const made = new Set<string>();
    for (let count = 0; count < 12; count += 1) made.add(await ec2.make(`v${count}`));
    const sizes: number[] = [];
    const seen: string[] = [];
    for await (const { Volumes = [] } of paginateDescribeVolumes({ client: ec2.client, pageSize: 5 }, {})) {
      sizes.push(Volumes.length);
      seen.push(...Volumes.map(({ VolumeId = "" }) => VolumeId));
    }
    expect(sizes).toEqual([5, 5, 2]);
    expect(new Set(seen)).toEqual(made);
    expect(seen).toHaveLength(12);
  });

  test("what is made or deleted meanwhile moves nothing else", async () => {
    await using ec2 = await makeSome();
    const ids: string[] = [];
    for (let count = 0; count < 10; count += 1) ids.push(await ec2.make(`v${count}`));
    const first = await ec2.client.send(new DescribeVolumesCommand({ MaxResults: 5 }));
    await ec2.make("new");
    const rest = await ec2.client.send(
      new DescribeVolumesCommand({ ...(first.NextToken && { NextToken: first.NextToken }) }),
    );
    const seen = [...(first.Volumes ?? []), ...(rest.Volumes ?? [])].map(({ VolumeId }) => VolumeId);
    expect(seen).toEqual(expect.arrayContaining(ids));
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("none at all is one page without a token", async () => {
    await using ec2 = await makeSome();
    const pages: unknown[] = [];
    for await (const page of paginateDescribeSnapshots({ client: ec2.client, pageSize: 5 }, {})) pages.push(page);
    expect(pages).toMatchObject([{ Snapshots: [] }]);
  });
});

describe("client tokens", () => {
  test("the same request again, also at the same time, is the same volume", async () => {
    await using ec2 = await makeSome();
    const again = await Promise.all(Array.from({ length: 5 }, () => ec2.make("one", { ClientToken: "t" })));
    expect(new Set([...again, await ec2.make("one", { ClientToken: "t" })]).size).toBe(1);
    expect(await ec2.find()).toEqual(["one"]);
  });

  test("a request that failed has not used its token up", async () => {
    let failures = 1;
    const clock = testClock();
    const keeper = {
      ...memoryKeeper(),
      createVolume: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error("the disk is busy");
      },
    };
    await using ec2 = await makeSimulator({ now: clock.now, keeper });
    const create = () =>
      ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ClientToken: "t" }));
    await expect(create()).rejects.toThrow("An internal error has occurred");
    expect((await ec2.client.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    expect((await create()).VolumeId).toMatch(/^vol-/);
  });
});

describe("tags", () => {
  test("are set, changed, listed and removed, on things of every kind", async () => {
    await using ec2 = await makeSome();
    const volume = await ec2.make("name");
    ec2.clock.advance(5000);
    const { SnapshotId: snapshot = "" } = await ec2.client.send(new CreateSnapshotCommand({ VolumeId: volume }));
    const Resources = [volume, snapshot, here];
    await ec2.client.send(
      new CreateTagsCommand({
        Resources,
        Tags: [
          { Key: "k", Value: "<&\u00e4>" },
          { Key: "empty", Value: "" },
        ],
      }),
    );
    await ec2.client.send(new CreateTagsCommand({ Resources: [volume], Tags: [{ Key: "k", Value: "new" }] }));
    const all = async (...filters: Filter[]) => {
      const { Tags = [] } = await ec2.client.send(new DescribeTagsCommand({ Filters: filters }));
      return Tags.map(({ ResourceType, Key, Value }) => `${ResourceType} ${Key}=${Value}`);
    };
    expect(await all()).toEqual([
      "instance empty=",
      "instance k=<&\u00e4>",
      "snapshot empty=",
      "snapshot k=<&\u00e4>",
      "volume Name=name",
      "volume empty=",
      "volume k=new",
    ]);
    expect(await all({ Name: "resource-type", Values: ["volume"] }, { Name: "key", Values: ["k"] })).toEqual([
      "volume k=new",
    ]);
    await ec2.client.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "k", Value: "new" }, { Key: "empty" }] }));
    expect(await all()).toEqual(["instance k=<&\u00e4>", "snapshot k=<&\u00e4>", "volume Name=name"]);
    await ec2.client.send(new DeleteTagsCommand({ Resources: [volume] }));
    expect(await all()).toEqual(["instance k=<&\u00e4>", "snapshot k=<&\u00e4>"]);
  });
});
