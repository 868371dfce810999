import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { openKeeper } from "../../src/cli/ec2/open-keeper.ts";
import { silentLog } from "../../src/log.ts";
import { command, must } from "../support/command.ts";
import { mainFile } from "../support/driver.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { eventually } from "../support/eventually.ts";
import { loopsOf, makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { makeSimulator, refusalOf, testClock } from "./support/simulator.ts";
import { byIdName, here, readStart, stepsWith, untilTrue, writeStart, zone } from "./support/steps.ts";

describe("a simulator that is killed loses nothing that it has answered", () => {
  test("volumes, bytes, tags, snapshots, modifications and what is attached are as they were", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    await using before = await startTestEc2(sandbox);
    const first = stepsWith(before.client, before.devices);
    const id = await first.make({ Size: 8 });
    const device = await first.attach(id);
    await writeStart(device, "kept");
    await before.client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "k", Value: "v" }] }));
    const { SnapshotId: snapshot = "" } = await before.client.send(
      new CreateSnapshotCommand({ VolumeId: id, Description: "d" }),
    );
    await before.client.send(new ModifyVolumeCommand({ VolumeId: id, Size: 9, Iops: 4000 }));
    await before.kill();

    await using after = await startTestEc2(sandbox);
    const then = stepsWith(after.client, after.devices);
    await untilTrue(async () => (await then.volumeOf(id))?.Size === 9, "it has its new size");
    expect(await then.volumeOf(id)).toMatchObject({
      State: "in-use",
      Iops: 4000,
      Tags: [{ Key: "k", Value: "v" }],
      Attachments: [{ InstanceId: here, Device: "/dev/xvdba", State: "attached" }],
    });
    // the device was not taken away and given back
    expect(await readlink(join(after.devices, "kura", here, "disk/by-id", byIdName(id)))).toBe(device);
    expect(await readStart(device, 4)).toBe("kept");
    await untilTrue(
      async () => (await must("blockdev", "--getsize64", device)) === String(9 * 2 ** 30),
      "it has grown",
    );
    const { Snapshots } = await after.client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));
    expect(Snapshots).toMatchObject([{ VolumeId: id, Description: "d", VolumeSize: 8 }]);
    const { VolumesModifications } = await after.client.send(
      new DescribeVolumesModificationsCommand({ VolumeIds: [id] }),
    );
    expect(VolumesModifications).toMatchObject([{ OriginalSize: 8, TargetSize: 9, TargetIops: 4000 }]);
    await then.detach(id);
    await after.stop();
  });

  test("a client token finds its volume again, and stays burnt once that is deleted", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const create = (token: string) =>
      new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, VolumeType: "gp3", ClientToken: token });
    await using before = await startTestEc2(sandbox);
    const { VolumeId: kept = "" } = await before.client.send(create("kept"));
    const { VolumeId: deleted = "" } = await before.client.send(create("deleted"));
    await stepsWith(before.client, before.devices).untilState(deleted, "available");
    await before.client.send(new DeleteVolumeCommand({ VolumeId: deleted }));
    await before.kill();

    await using after = await startTestEc2(sandbox);
    expect((await after.client.send(create("kept"))).VolumeId).toBe(kept);
    expect(await refusalOf(after.client.send(create("deleted")))).toMatchObject({
      code: "IdempotentParameterMismatch",
      message: expect.stringContaining("already deleted"),
    });
    expect((await after.client.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
    await after.stop();
  });

  test("a rule ends with the simulator, and no later one holds back what it held back", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const addFault = (url: string, wish: object) =>
      fetch(`${url}/kura/faults`, { method: "POST", body: JSON.stringify(wish) });
    await using before = await startTestEc2(sandbox, { flags: [] });
    const id = await stepsWith(before.client, before.devices).make();
    await addFault(before.url, { kind: "stuck-attaching" });
    await before.client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: here, Device: "/dev/xvdba" }));
    await before.kill();

    await using after = await startTestEc2(sandbox, { flags: [] });
    const then = stepsWith(after.client, after.devices);
    await then.untilAttachment(id, "attached");
    await addFault(after.url, { kind: "throttle", action: "DescribeTags" });
    expect((await then.volumeOf(id))?.Attachments).toMatchObject([{ State: "attached" }]);
    await after.stop();
  });

  test("what came to nothing is still told of: a volume in error, a failed modification that grew nothing", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    await using before = await startTestEc2(sandbox);
    const first = stepsWith(before.client, before.devices);
    const sound = await first.make();
    const device = await first.attach(sound);
    await fetch(`${before.url}/kura/faults`, { method: "POST", body: JSON.stringify({ kind: "fail" }) });
    const { VolumeId: failed = "" } = await before.client.send(
      new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }),
    );
    await first.untilState(failed, "error");
    await before.client.send(new ModifyVolumeCommand({ VolumeId: sound, Size: 2 }));
    await before.kill();

    await using after = await startTestEc2(sandbox);
    const then = stepsWith(after.client, after.devices);
    await then.untilState(failed, "error");
    const modifications = new DescribeVolumesModificationsCommand({ VolumeIds: [sound] });
    await untilTrue(
      async () => (await after.client.send(modifications)).VolumesModifications?.[0]?.ModificationState === "failed",
      "the modification has failed",
    );
    expect(await must("blockdev", "--getsize64", device)).toBe(String(2 ** 30));
    expect((await then.volumeOf(sound))?.Size).toBe(1);
    await after.client.send(new DeleteVolumeCommand({ VolumeId: failed }));
    await then.detach(sound);
    await after.stop();
  });

  test("a volume that was to vanish is gone, and its token burnt", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const create = new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, ClientToken: "t" });
    await using before = await startTestEc2(sandbox, { flags: ["--profile", "aws"] });
    const fault = JSON.stringify({ kind: "vanish" });
    await fetch(`${before.url}/kura/faults`, { method: "POST", body: fault });
    await before.client.send(create);
    await before.kill();

    await using after = await startTestEc2(sandbox);
    expect((await after.client.send(new DescribeVolumesCommand({}))).Volumes).toEqual([]);
    expect(await readdir(sandbox.path("ec2", "volumes"))).toEqual([]);
    expect(await refusalOf(after.client.send(create))).toMatchObject({ code: "IdempotentParameterMismatch" });
    await after.stop();
  });

  test("what was being attached or detached gets there, and a mounted volume is not let go", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    await using before = await startTestEc2(sandbox, { flags: ["--hotplug", "--profile", "aws"] });
    const first = stepsWith(before.client, before.devices);
    const [coming, going] = [await first.make(), await first.make()];
    const device = await first.attach(going);
    await must("mkfs.xfs", "-q", device);
    const mountpoint = sandbox.path("mounted");
    await must("mkdir", mountpoint);
    await must("mount", device, mountpoint);
    await before.client.send(new AttachVolumeCommand({ VolumeId: coming, InstanceId: here, Device: "/dev/xvdbb" }));
    await before.client.send(new DetachVolumeCommand({ VolumeId: going }));
    await before.kill();

    await using after = await startTestEc2(sandbox, { flags: ["--hotplug", "--profile", "aws"] });
    const then = stepsWith(after.client, after.devices);
    await then.untilAttachment(coming, "attached");
    await then.untilAttachment(going, "busy");
    await must("umount", mountpoint);
    await then.untilState(going, "available");
    await then.detach(coming);
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
    await after.stop();
  });
});

describe("the folder", () => {
  test("an orderly end takes the image's mount away, and a second simulator is refused while one runs", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    await using ec2 = await startTestEc2(sandbox);
    const second = await command(["node", mainFile, "ec2", "--listen", "127.0.0.1:0", "--state", sandbox.path("ec2")]);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain(`is held by process ${ec2.process.pid}`);
    await ec2.stop();
    expect((await command(["mountpoint", "-q", sandbox.path("ec2")])).exitCode).not.toBe(0);
    expect(await loopsOf(sandbox.folder)).toEqual([]);
  });

  test("a folder with something else in it is left alone", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const { exitCode, stderr } = await command(["node", mainFile, "ec2", "--state", sandbox.pool]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^kura: .*pool holds .* and is no state of kura ec2\n$/);
  });
});

describe("what is left of deleted volumes lies there as long as their tokens are burnt, and no longer", () => {
  const hour = 3_600_000;

  /** A simulator in this process, whose clock a test sets. */
  async function startAt(sandbox: Sandbox, now: () => number) {
    const config = {
      ...{ state: sandbox.path("ec2"), stateImage: 2 ** 33, listen: { host: "127.0.0.1", port: 0 } },
      ...{ hotplug: false, deviceDir: sandbox.path("dev") },
    };
    const { keeper } = await openKeeper(config as unknown as Parameters<typeof openKeeper>[0], silentLog(), () => {});
    const ec2 = await makeSimulator({ now, keeper });
    const create = (token: string) =>
      ec2.client.send(
        new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, VolumeType: "gp3", ClientToken: token }),
      );
    return Object.assign(ec2, { create });
  }
  type Started = Awaited<ReturnType<typeof startAt>>;

  async function leave(ec2: Started, clock: ReturnType<typeof testClock>, token: string): Promise<void> {
    const { VolumeId } = await ec2.create(token);
    clock.advance(5000);
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId }));
    clock.advance(5000);
  }
  /** Each is a record and its copy. */
  const left = async (sandbox: Sandbox) =>
    new Set((await readdir(sandbox.path("ec2", "tokens"))).map((name) => name.replace(/\.copy$/, ""))).size;

  test("while it runs", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const clock = testClock();
    await using ec2 = await startAt(sandbox, clock.now);
    await leave(ec2, clock, "first");
    clock.advance(6 * hour);
    await leave(ec2, clock, "second");
    expect(await left(sandbox)).toBe(2);
    clock.advance(7 * hour);
    await leave(ec2, clock, "third");
    await eventually(async () => expect(await left(sandbox)).toBe(2));
    expect(await refusalOf(ec2.create("second"))).toMatchObject({ code: "IdempotentParameterMismatch" });
    await ec2.create("first");
  });

  test("and after a restart, in whatever order they are read", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const clock = testClock();
    const tokens = ["a", "b", "c", "d", "e", "f"];
    {
      await using before = await startAt(sandbox, clock.now);
      for (const token of tokens) {
        await leave(before, clock, token);
        clock.advance(2 * hour);
      }
    }
    clock.advance(5 * hour); // a is from 17 hours ago, f from 7
    {
      await using after = await startAt(sandbox, clock.now);
      await eventually(async () => expect(await left(sandbox)).toBe(3));
      expect(await refusalOf(after.create("d"))).toMatchObject({ code: "IdempotentParameterMismatch" });
      clock.advance(2 * hour);
      await leave(after, clock, "c"); // used again, and burnt again
      await eventually(async () => expect(await left(sandbox)).toBe(3));
    }
    await using last = await startAt(sandbox, clock.now);
    expect(await refusalOf(last.create("c"))).toMatchObject({ code: "IdempotentParameterMismatch" });
    await last.create("d");
  });
});
