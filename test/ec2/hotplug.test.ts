import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
} from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { imdsAt } from "../../src/backend/ebs/imds.ts";
import type { Order, PlugReport } from "../../src/ec2/hotplug/hands.ts";
import { memoryKeeper } from "../../src/ec2/keeper/keeper.ts";
import type { VolumeRecord } from "../../src/ec2/world/records.ts";
import { Loops } from "../../src/host/loop.ts";
import { commandRunner } from "../../src/host/run.ts";
import { Throttle } from "../../src/host/throttle.ts";
import { command } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { startTestEc2, type TestEc2 } from "../support/ec2.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/port.ts";
import { loopsOf, makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { makeSimulator, refusalOf, testClock } from "./support/simulator.ts";
import { beside, here, readStart, stepsWith, until, writeStart, zone } from "./support/steps.ts";

/** `kura hotplug`, as a process of its own. */
function startAgent(url: string, devices: string, ...flags: readonly string[]): AsyncDisposable {
  const agent = spawn(process.execPath, [mainFile, "hotplug", "--ec2", url, "--device-dir", devices, ...flags], {
    stdio: "ignore",
  });
  const gone = once(agent, "exit");
  return {
    async [Symbol.asyncDispose]() {
      agent.kill("SIGTERM");
      await gone;
    },
  };
}

/** A volume comes, takes bytes and goes again, by the agent's hands alone. */
async function useVolume(ec2: TestEc2, instance: string, AvailabilityZone: string, folder: string): Promise<void> {
  const steps = stepsWith(ec2.client, ec2.devices);
  const id = await steps.make({ AvailabilityZone });
  // until it has asked for the first time, the simulator knows of no hands
  const device = await until(async () => {
    const link = await steps.attach(id, "/dev/xvdba", instance).catch(() => undefined);
    if (link === undefined) await steps.detach(id, instance);
    return link;
  }, "the agent plugs it in");
  await writeStart(device, "agent");
  expect(await readStart(device, 5)).toBe("agent");
  await steps.detach(id, instance);
  expect(await loopsOf(folder)).toEqual([]);
}

test("kura hotplug plays the hands of one instance", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await startTestEc2(sandbox, { flags: [] });
  await using _ = startAgent(ec2.url, ec2.devices, "--instance-id", here);
  await useVolume(ec2, here, zone, sandbox.path("ec2"));
  await ec2.stop();
});

test.each([
  ["nobody", ["hotplug"], "--instance-id or --node says which instance this machine is"],
  ["two", ["hotplug", "--node", "a", "--instance-id", here], `--instance-id ${here} or --node says which`],
  [
    "a type that is none",
    ["hotplug", "--node", "a", "--instance-type", "big"],
    "--instance-type big is not an instance",
  ],
  ["metadata of nobody", ["hotplug", "--instance-id", here, "--imds", ":0"], "--imds :0 needs --node"],
  ["a label without value", ["label-nodes", "region"], "region is not of the form KEY=VALUE"],
])("%s: refused in one line", async (_, args, complaint) => {
  const { exitCode, stderr } = await command([process.execPath, mainFile, ...args]);
  expect(stderr).toContain(`kura: ${complaint}`);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(exitCode).toBe(2);
});

test("of a node it makes an instance, waits for a simulator that starts later, and tells who the node is", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const [port, imds] = [await freePort(), `127.0.0.1:${await freePort()}`];
  const flags = ["--node", "worker", "--zone", "us-east-1b", "--instance-type", "c5.large", "--imds", imds];
  await using _ = startAgent(`http://127.0.0.1:${port}`, sandbox.path("dev"), ...flags);
  await using ec2 = await startTestEc2(sandbox, { flags: [], port });
  const self = await until(
    () =>
      imdsAt(`http://${imds}`)
        .identity()
        .catch(() => undefined),
    "IMDS answers",
  );
  expect(self).toMatchObject({ instanceType: "c5.large", zone: "us-east-1b", region: "us-east-1" });
  const InstanceIds = [self.instanceId];
  const { Reservations } = await ec2.client.send(new DescribeInstancesCommand({ InstanceIds }));
  expect(Reservations?.[0]?.Instances?.[0]?.InstanceType).toBe("c5.large");
  await useVolume(ec2, self.instanceId, "us-east-1b", sandbox.path("ec2"));
  await ec2.stop();
});

/** The next device that is made is made when a test says so. */
class HeldLoops extends Loops {
  readonly asked = Promise.withResolvers<void>();
  readonly go = Promise.withResolvers<void>();

  override async attach(...wish: Parameters<Loops["attach"]>) {
    this.asked.resolve();
    await this.go.promise;
    return super.attach(...wish);
  }
}

/** One volume of a simulator whose clock and hands a test holds, being attached. */
async function makeAttaching(sandbox: Sandbox, plugsHere: boolean, keeper = memoryKeeper()) {
  const clock = testClock();
  const run = commandRunner();
  const loops = new HeldLoops(run);
  await mkdir(sandbox.path("bytes"));
  const file = sandbox.path("bytes", "data");
  await writeFile(file, Buffer.alloc(2 ** 20));
  const directory = sandbox.path("dev");
  const blocks = {
    fileOf: () => file,
    plugsHere,
    loops,
    run,
    throttle: new Throttle(undefined),
    directory,
  };
  const ec2 = await makeSimulator({ now: clock.now, blocks, keeper });
  const { VolumeId: id = "" } = await ec2.client.send(
    new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, VolumeType: "gp3" }),
  );
  const volume = async () => (await ec2.client.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0];
  clock.advance(5000);
  const attaching = ec2.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
  attaching.catch(() => {});
  await eventually(async () => expect((await volume())?.Attachments).toHaveLength(1));
  clock.advance(5000);
  /** Long ago, as the clock has it. */
  const detach = async () => {
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: here }));
    clock.advance(5000);
  };
  const end = ec2[Symbol.asyncDispose];
  return Object.assign(ec2, {
    ...{ id, volume, attaching, detach, loops },
    async [Symbol.asyncDispose]() {
      loops.go.resolve(); // the hands end their round
      await end();
    },
  });
}

/** Neither is it free for another instance, nor can it be deleted. */
async function expectStillThere({ client, id, volume }: Awaited<ReturnType<typeof makeAttaching>>): Promise<void> {
  expect(await volume()).toMatchObject({ State: "in-use", Attachments: [{ InstanceId: here, State: "detaching" }] });
  const wish = { VolumeId: id, InstanceId: beside, Device: "/dev/xvdbb" };
  expect(await refusalOf(client.send(new AttachVolumeCommand(wish)))).toMatchObject({ code: "VolumeInUse" });
  expect(await refusalOf(client.send(new DeleteVolumeCommand({ VolumeId: id })))).toMatchObject({
    code: "VolumeInUse",
  });
}

/** What an agent is told to do. */
async function wishesOf({ url }: { readonly url: string }): Promise<readonly Order["wish"][]> {
  const answer = await fetch(`${url}/kura/hotplug?instance=${here}`);
  const { orders } = (await answer.json()) as { readonly orders: readonly Order[] };
  return orders.map(({ wish }) => wish);
}

test("a detach that overtakes the plugging-in waits for it, and takes the device away", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await makeAttaching(sandbox, true);
  await ec2.loops.asked.promise;
  await ec2.detach();
  await expectStillThere(ec2);
  ec2.loops.go.resolve();
  await eventually(async () => expect(await ec2.volume()).toMatchObject({ State: "available" }));
  expect(await loopsOf(sandbox.path("bytes"))).toEqual([]);
});

test("an agent that was told to plug in is believed once it knows of the detach", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await makeAttaching(sandbox, false);
  const wishes = () => wishesOf(ec2);
  const report = (plug: PlugReport["plug"]) =>
    fetch(`${ec2.url}/kura/hotplug`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ plugs: [{ volumeId: ec2.id, instanceId: here, plug }] }),
    });
  expect(await wishes()).toEqual(["in"]);
  await ec2.detach();
  await expectStillThere(ec2);
  await report("unplugged"); // it could not, or not yet
  await expectStillThere(ec2);
  expect(await wishes()).toEqual(["out"]);
  await expectStillThere(ec2);
  await report("unplugged");
  expect(await ec2.volume()).toMatchObject({ State: "available", Attachments: [] });
});

test("nothing is plugged in for an attachment that could not be written", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const write = Promise.withResolvers<void>();
  await using ec2 = await makeAttaching(sandbox, false, { ...memoryKeeper(), saveVolume: () => write.promise });
  const told = ec2.ec2.hotplug?.ordersFor(here);
  write.reject(new Error("the disk is gone"));
  expect(await told).toMatchObject({ orders: [] });
  await expect(ec2.attaching).rejects.toThrow("internal error");
  expect(await wishesOf(ec2)).toEqual([]);
});

test("what an agent plugged in before the simulator began is there, though the agent has not asked yet", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  const clock = testClock();
  const run = commandRunner();
  const loops = new Loops(run);
  const file = sandbox.path("data");
  await writeFile(file, Buffer.alloc(2 ** 20));
  await loops.attach({ kind: "image", file, sectorBytes: 512, discard: true }, false);
  const then = clock.now() - 60_000;
  const kept: VolumeRecord = {
    ...{ id: "vol-00000000000000abc", zone, encrypted: false, tags: {}, modifications: [] },
    shape: { type: "gp3", sizeGiB: 1, iops: 3000, throughputMiB: 125, multiAttach: false },
    ...{ createdAt: then, availableAt: then, initializedAt: then },
    attachments: [{ instanceId: here, device: "/dev/xvdba", askedAt: then, attachedAt: then }],
  };
  const keeper = {
    ...memoryKeeper(),
    load: async () => ({ volumes: [kept], snapshots: [], instances: [], burnt: [] }),
  };
  const blocks = {
    ...{ fileOf: () => file, plugsHere: false, loops, run, throttle: new Throttle(undefined) },
    directory: sandbox.path("dev"),
  };
  await using ec2 = await makeSimulator({ now: clock.now, blocks, keeper });
  const states = async () => {
    const { Volumes } = await ec2.client.send(new DescribeVolumesCommand({ VolumeIds: [kept.id] }));
    return Volumes?.[0]?.Attachments?.map(({ State }) => State);
  };
  await ec2.client.send(new DetachVolumeCommand({ VolumeId: kept.id, InstanceId: here }));
  clock.advance(5000);
  expect(await states()).toEqual(["detaching"]);
  await loops.detach(file);
  await eventually(async () => expect(await states()).toEqual([]));
});
