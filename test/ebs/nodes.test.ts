import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { Co, type CoVolume, refusalOf } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const GiB = 2 ** 30;
const [first, second] = ["i-00000000000000001", "i-00000000000000002"] as const;

/** One EC2, and on this machine two of its instances, each with a driver of its own: a cluster of two nodes. */
const resources = new AsyncDisposableStack();
const sandbox = resources.use(await makeSandbox({ plain: true }));
const ec2 = resources.use(await startTestEc2(sandbox));
const here = await makeNode(sandbox, first);
const there = await makeNode(resources.use(await makeSandbox({ plain: true })), second);
afterAll(() => resources.disposeAsync());

interface Node {
  readonly co: Co;
  readonly id: string;
  readonly place: Sandbox;
  /** Attached, staged and published here. */
  show(volume: CoVolume, over?: object): Promise<void>;
  hide(volume: CoVolume): Promise<void>;
}

async function makeNode(place: Sandbox, id: string): Promise<Node> {
  const driver = resources.use(await startEbsDriver(place, ec2, { flags: ["--instance-id", id] }));
  const co = new Co(place, driver);
  return {
    co,
    id,
    place,
    async show(volume, over = {}) {
      const publishContext = await co.attach(volume, id, over);
      await co.stage(volume, { publishContext });
      await co.publish(volume, { publishContext, ...over });
    },
    async hide(volume) {
      await co.hide(volume);
      await co.detach(volume, id);
    },
  };
}

/** The same volume, with the paths of the other node. */
const at = ({ place }: Node, volume: CoVolume): CoVolume => ({
  ...volume,
  staging: place.path("kubelet", volume.id, "staging"),
  target: place.path("kubelet", volume.id, "target"),
});

test("each node tells its instance, its zone under both names, and how many volumes it takes", async () => {
  for (const [node, id] of [
    [here, first],
    [there, second],
  ] as const) {
    const zone = "us-east-1a";
    expect(await node.co.call("NodeGetInfo")).toMatchObject({
      nodeId: id,
      accessibleTopology: {
        segments: { "topology.kubernetes.io/zone": zone, "topology.ebs.csi.aws.com/zone": zone },
      },
    });
  }
});

describe.each(["ext4", "ext3", "xfs"] as const)("%s", (use) => {
  test("written on one node it is read on the other, once the first has let go", async () => {
    const volume = await here.co.create(`moving-${use}`, { use, bytes: GiB });
    await here.show(volume);
    await writeFile(join(volume.target, "file"), use);
    const moved = at(there, volume);
    expect(await refusalOf(there.co.attach(moved, second))).toMatch(
      new RegExp(`^FAILED_PRECONDITION: volume ${volume.id} is attached at node ${first}`),
    );
    await here.hide(volume);
    await there.show(moved);
    expect(await readFile(join(moved.target, "file"), "utf8")).toBe(use);
    expect(await refusalOf(there.co.delete(moved))).toMatch(/^FAILED_PRECONDITION: .*attached to i-0/);
    await there.hide(moved);
    await there.co.delete(moved);
    expect([...(await mountsOf(here.place)), ...(await mountsOf(there.place))].filter(isNode)).toEqual([]);
  });
});

/** Not the simulator's own pool. */
const isNode = (path: string): boolean => path.includes("/kubelet/");

test("a volume that grew is grown on the node, mounted, and a restore larger than its snapshot at its first mount", async () => {
  const volume = await here.co.create("growing", { use: "xfs", bytes: GiB });
  await here.show(volume);
  await writeFile(join(volume.target, "file"), "kept");
  const snapshot = await here.co.snapshot("growing", volume);
  await here.co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange: { requiredBytes: 3 * GiB } });
  const expand = { volumeId: volume.id, volumePath: volume.target, capacityRange: { requiredBytes: 3 * GiB } };
  expect(await here.co.call("NodeExpandVolume", expand)).toMatchObject({ capacityBytes: String(3 * GiB) });
  expect(await totalOf(volume)).toBeGreaterThan(2.8 * GiB);

  const restored = await here.co.create("restored", {
    use: "xfs",
    bytes: 2 * GiB,
    source: { snapshot: { snapshotId: snapshot.snapshotId } },
  });
  await here.show(restored);
  expect(await totalOf(restored)).toBeGreaterThan(1.8 * GiB);
  for (const each of [restored, volume]) {
    await here.hide(each);
    await here.co.delete(each);
  }
});

async function totalOf({ id, target }: CoVolume): Promise<number> {
  const { usage } = await here.co.call<{ usage: { unit: string; total: string }[] }>("NodeGetVolumeStats", {
    volumeId: id,
    volumePath: target,
  });
  return Number(usage.find(({ unit }) => unit === "BYTES")?.total);
}

test("raw blocks for reading cannot be written by root: their readers have a device of their own", async () => {
  const volume = await here.co.create("read", { use: "block", bytes: GiB, mode: "SINGLE_NODE_MULTI_WRITER" });
  await here.show(volume);
  const reader = { ...volume, target: `${volume.target}-reader` };
  await here.co.publish(reader, { readonly: true });
  await here.co.publish(reader, { readonly: true });
  const write = (to: string) => command(["dd", "if=/dev/urandom", `of=${to}`, "bs=4096", "count=1", "oflag=direct"]);
  expect((await write(volume.target)).exitCode).toBe(0);
  expect((await write(reader.target)).stderr).toMatch(/Operation not permitted|Read-only|Permission denied/);
  expect(await must("cmp", "--bytes=1048576", volume.target, reader.target)).toBe("");
  expect(await refusalOf(here.co.publish(reader))).toMatch(/^ALREADY_EXISTS: .* holds volume .* read-only$/);
  await here.co.unpublish(reader);
  expect((await write(volume.target)).exitCode, "the writer's device is as it was").toBe(0);
  await here.hide(volume);
  await here.co.delete(volume);
  expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
});

test.each(["SINGLE_NODE_READER_ONLY", "MULTI_NODE_READER_ONLY"])("so are those of mode %s", async (mode) => {
  const volume = await here.co.create(`read-${mode}`, { use: "block", bytes: GiB, mode });
  await here.show(volume);
  expect(await must("blockdev", "--getro", volume.target)).toBe("1");
  expect((await command(["dd", "if=/dev/zero", `of=${volume.target}`, "bs=4096", "count=1"])).exitCode).not.toBe(0);
  await here.hide(volume);
  await here.co.delete(volume);
  expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
});

test("an io2 volume of raw blocks is on both nodes at a time", async () => {
  const volume = await here.co.create("shared", {
    use: "block",
    mode: "MULTI_NODE_MULTI_WRITER",
    bytes: 4 * GiB,
    parameters: { type: "io2", iops: "1000" },
  });
  const other = at(there, volume);
  await here.show(volume);
  await there.show(other);
  const { status } = await here.co.call<{ status: { publishedNodeIds: string[] } }>("ControllerGetVolume", {
    volumeId: volume.id,
  });
  expect(status.publishedNodeIds.sort()).toEqual([first, second]);
  // both nodes are this one machine, whose mounts they share
  await here.co.unpublish(volume);
  await there.co.unpublish(other);
  await here.hide(volume);
  await there.hide(other);
  await here.co.delete(volume);
});

test("for writers on many nodes a filesystem is refused, and a type that only one node can hold", async () => {
  const mode = "MULTI_NODE_MULTI_WRITER";
  for (const wish of [
    { use: "ext4", parameters: { type: "io2", iops: "1000" } },
    { use: "block", parameters: { type: "gp3" } },
  ] as const)
    expect(await refusalOf(here.co.create("many", { mode, ...wish }))).toMatch(/^INVALID_ARGUMENT: .*io1 or io2/);
});
