import { DescribeSnapshotsCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../../src/grpc/load.ts";
import { makeSimulator, type TestSimulator } from "../ec2/support/simulator.ts";
import type { TestDriver } from "../support/driver.ts";
import { instanceId } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { eventually } from "../support/eventually.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { HostileCaller, seed } from "./hostile-caller.ts";
import { World } from "./world.ts";

/** Each is several requests to EC2, and what is changed waits two seconds for more: fewer than of the local backends. */
const requestsPerRpc = Number(process.env["KURA_FUZZ_REQUESTS"] ?? 200);

const rpcs = (["Identity", "Controller", "GroupController"] as const).flatMap((name) => Object.keys(serviceOf(name)));

describe(`hostile requests to a controller of ebs, seed ${seed}`, () => {
  let sandbox: Sandbox;
  let simulator: TestSimulator;
  let driver: TestDriver;
  let world: World;
  let caller: HostileCaller;

  beforeAll(async () => {
    sandbox = await makeSandbox({ plain: true });
    simulator = await makeSimulator({ profile: "fast" });
    const flags = ["--services", "controller", "--log-level", "warn"];
    driver = await startEbsDriver(sandbox, simulator, { flags });
    const parameters = { type: "gp3", iops: "3000" };
    world = new World(driver.client, sandbox, { node: instanceId, parameters, bytes: 10 * 2 ** 30, iops: "4000" });
    caller = new HostileCaller({ client: driver.client, world, sandbox });
  });
  afterAll(async () => {
    await driver?.[Symbol.asyncDispose]();
    await simulator?.[Symbol.asyncDispose]();
    await sandbox?.[Symbol.asyncDispose]();
  });

  test.each(rpcs)("%s answers all of them with a clean code", { timeout: 300_000 }, async (rpc) => {
    expect((await caller.complaintsOf(rpc, requestsPerRpc)).join("\n")).toBe("");
    expect(driver.process.exitCode, "the driver lives").toBeNull();
  });

  test("left a driver that serves, and an EC2 with nothing that the driver does not show", async () => {
    await world.restore();
    await world.tidy();
    type Volumes = { entries: { volume: { volumeId: string } }[] };
    type Snapshots = { entries: { snapshot: { snapshotId: string } }[] };
    const { client } = driver;
    // EC2 shows what was deleted before it was whole until it is
    await eventually(async () => {
      const volumes = (await client.call<Volumes>("ListVolumes", {})).entries;
      const snapshots = (await client.call<Snapshots>("ListSnapshots", {})).entries;
      const { Volumes = [] } = await simulator.client.send(new DescribeVolumesCommand({}));
      const { Snapshots = [] } = await simulator.client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
      const there = Volumes.filter(({ State }) => State !== "deleting");
      expect(there.map(({ VolumeId }) => VolumeId).sort()).toEqual(volumes.map(({ volume }) => volume.volumeId).sort());
      expect(Snapshots.map(({ SnapshotId }) => SnapshotId).sort()).toEqual(
        snapshots.map(({ snapshot }) => snapshot.snapshotId).sort(),
      );
    });
  });
});
