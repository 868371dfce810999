import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DescribeSnapshotsCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect, test, vi } from "vitest";
import { Co, type CoVolume } from "../support/co.ts";
import type { TestDriver } from "../support/driver.ts";
import { instanceId } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { startTestEc2, type TestEc2 } from "../support/ec2.ts";
import { makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const GiB = 2 ** 30;

/** How long after the call the kill comes: in the midst of most, and after the quickest. */
const killAfterMs = 20;

/** A driver and an EC2, either of which can be killed and started again where it was. */
class Place {
  readonly sandbox: Sandbox;
  ec2: TestEc2;
  driver: TestDriver;

  constructor(sandbox: Sandbox, ec2: TestEc2, driver: TestDriver) {
    this.sandbox = sandbox;
    this.ec2 = ec2;
    this.driver = driver;
  }

  get co(): Co {
    return new Co(this.sandbox, this.driver);
  }

  async killDriver(): Promise<void> {
    await this.driver.kill();
    this.driver = await startEbsDriver(this.sandbox, this.ec2);
  }

  async killEc2(): Promise<void> {
    const port = Number(new URL(this.ec2.url).port);
    await this.ec2.kill();
    this.ec2 = await startTestEc2(this.sandbox, ["--hotplug"], port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.stop();
    await this.ec2.stop();
    await this.sandbox[Symbol.asyncDispose]();
  }
}

async function makePlace(): Promise<Place> {
  const sandbox = await makeSandbox({ plain: true });
  const ec2 = await startTestEc2(sandbox);
  return new Place(sandbox, ec2, await startEbsDriver(sandbox, ec2));
}

test.each([
  ["the driver", (place: Place) => place.killDriver()],
  ["EC2", (place: Place) => place.killEc2()],
] as const)(
  "%s killed in the midst of each call: asked again it is done, once, and nothing is left",
  withKills,
  300_000,
);

async function withKills(_: string, kill: (place: Place) => Promise<void>): Promise<void> {
  await using place = await makePlace();

  /** The call, cut off; then asked again as a sidecar does, until it is done. */
  async function insist<Answer>(call: (co: Co) => Promise<Answer>): Promise<Answer> {
    const cut = call(place.co).catch(() => undefined);
    await delay(killAfterMs);
    await kill(place);
    await cut;
    return await vi.waitFor(() => call(place.co), { timeout: 60_000, interval: 200 });
  }

  const volume = await insist((co) => co.create("survivor", { use: "xfs", bytes: GiB }));
  const common = { volumeId: volume.id, nodeId: instanceId };
  const publish = { ...common, volumeCapability: volume.capability };
  const { publishContext } = await insist((co) =>
    co.call<{ publishContext: object }>("ControllerPublishVolume", publish),
  );
  await insist((co) => co.stage(volume, { publishContext }));
  await insist((co) => co.publish(volume, { publishContext }));
  await writeFile(join(volume.target, "file"), "kept");
  const { snapshotId } = await insist((co) => co.snapshot("survivor", volume));
  const capacityRange = { requiredBytes: 2 * GiB };
  await insist((co) => co.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange }));
  await insist((co) => co.call("NodeExpandVolume", { volumeId: volume.id, volumePath: volume.target, capacityRange }));
  expect(await readFile(join(volume.target, "file"), "utf8")).toBe("kept");
  expect(await thereNow(place)).toEqual({ volumes: [volume.id], snapshots: [snapshotId] });

  await insist((co) => co.unpublish(volume));
  await insist((co) => co.unstage(volume));
  await insist((co) => co.call("ControllerUnpublishVolume", common));
  await insist((co) => co.call("DeleteSnapshot", { snapshotId }));
  await insist((co) => co.delete(volume));
  await vi.waitFor(async () => expect(await thereNow(place)).toEqual({ volumes: [], snapshots: [] }));
  expect(await mountsBelow(place, volume)).toEqual([]);
}

async function thereNow({ ec2 }: Place) {
  const { Volumes = [] } = await ec2.client.send(new DescribeVolumesCommand({}));
  const { Snapshots = [] } = await ec2.client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  return { volumes: Volumes.map(({ VolumeId }) => VolumeId), snapshots: Snapshots.map(({ SnapshotId }) => SnapshotId) };
}

const mountsBelow = async ({ sandbox }: Place, { target, staging }: CoVolume) =>
  (await mountsOf(sandbox)).filter((path) => path === target || path === staging);
