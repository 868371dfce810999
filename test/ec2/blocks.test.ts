import { readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  AttachVolumeCommand,
  CopyVolumesCommand,
  DeleteVolumeCommand,
  DetachVolumeCommand,
  ModifyVolumeCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { command, must } from "../support/command.ts";
import { startTestEc2, type TestEc2 } from "../support/ec2.ts";
import { loopsOf, makeSandbox, type Sandbox } from "../support/sandbox.ts";
import { refusalOf } from "./support/simulator.ts";
import { beside, here, readStart, stepsWith, untilTrue, writeStart, zone } from "./support/steps.ts";

let sandbox: Sandbox;
let ec2: TestEc2;
let steps: ReturnType<typeof stepsWith>;

beforeAll(async () => {
  sandbox = await makeSandbox({ plain: true });
  ec2 = await startTestEc2(sandbox);
  steps = stepsWith(ec2.client, ec2.devices);
});
afterAll(async () => {
  await ec2?.stop();
  await sandbox?.[Symbol.asyncDispose]();
});

describe("an attached volume is a device of the machine", () => {
  test("it appears by its id and its name, as large as the volume, and goes when it is detached", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    const names = [
      "disk/by-id/nvme-Amazon_Elastic_Block_Store_",
      `kura/${here}/disk/by-id/nvme-Amazon_Elastic_Block_Store_`,
    ].map((name) => `${name}${id.replace("-", "")}`);
    for (const name of [...names, "xvdba", `kura/${here}/xvdba`])
      expect(await readlink(join(ec2.devices, name))).toBe(device);
    expect(await must("blockdev", "--getsize64", device)).toBe(String(2 ** 30));
    const backing = await readFile(`/sys/block/${device.replace("/dev/", "")}/loop/backing_file`, "utf8");
    expect(backing).toContain(`/volumes/${id}/data`);
    await steps.detach(id);
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
    for (const name of names) await expect(readlink(join(ec2.devices, name))).rejects.toThrow("ENOENT");
  });

  test("what is written on one instance is read on another", async () => {
    const id = await steps.make();
    await writeStart(await steps.attach(id), "from here");
    await steps.detach(id);
    expect(await readStart(await steps.attach(id, "/dev/xvdbb", beside), 9)).toBe("from here");
    await steps.detach(id, beside);
  });

  test("it is busy as long as it is mounted, and attached nowhere else meanwhile", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    await must("mkfs.xfs", "-q", device);
    const mountpoint = sandbox.path("mounted");
    await must("mkdir", "-p", mountpoint);
    await must("mount", device, mountpoint);
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id }));
    await steps.untilAttachment(id, "busy");
    const wish = { VolumeId: id, InstanceId: beside, Device: "/dev/xvdbb" };
    expect(await refusalOf(ec2.client.send(new AttachVolumeCommand(wish)))).toMatchObject({ code: "VolumeInUse" });
    await must("umount", mountpoint);
    await steps.untilState(id, "available");
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
  });

  test("Force takes it from whoever has it mounted, without a write after that", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    await must("mkfs.xfs", "-q", device);
    const mountpoint = sandbox.path("forced");
    await must("mkdir", "-p", mountpoint);
    await must("mount", device, mountpoint);
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, Force: true }));
    await steps.untilState(id, "available");
    expect((await command(["mountpoint", "-q", mountpoint])).exitCode).not.toBe(0);
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
  });

  test("two instances share a volume of io2, each by a device of its own", async () => {
    const id = await steps.make({ VolumeType: "io2", Size: 4, Iops: 1000, MultiAttachEnabled: true });
    const [one, other] = [await steps.attach(id), await steps.attach(id, "/dev/xvdba", beside)];
    expect(one).not.toBe(other);
    await writeStart(one, "shared");
    await must("blockdev", "--flushbufs", other);
    expect(await readStart(other, 6)).toBe("shared");
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: here }));
    await untilTrue(async () => (await steps.volumeOf(id))?.Attachments?.length === 1, "one is left");
    expect(await readStart(other, 6)).toBe("shared");
    await steps.detach(id, beside);
  });
});

describe("bytes", () => {
  test("a snapshot is a point in time, and a volume from it holds what was there then", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    await writeStart(device, "before");
    const then = await steps.snapshot(id);
    await writeStart(device, "after!");
    await steps.detach(id);
    const restored = await steps.make({ SnapshotId: then, Size: 2 });
    const shown = await steps.attach(restored);
    expect(await readStart(shown, 6)).toBe("before");
    expect(await must("blockdev", "--getsize64", shown)).toBe(String(2 * 2 ** 30));
    await steps.detach(restored);
  });

  test("CopyVolumes copies what is there, and both go on apart", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    await writeStart(device, "first");
    const { Volumes } = await ec2.client.send(new CopyVolumesCommand({ SourceVolumeId: id, VolumeType: "gp3" }));
    const copy = Volumes?.[0]?.VolumeId ?? "";
    await steps.untilState(copy, "available");
    await writeStart(device, "other");
    expect(await readStart(await steps.attach(copy, "/dev/xvdbb"), 5)).toBe("first");
    await steps.detach(copy);
    await steps.detach(id);
  });

  test("64 TiB are a sparse file", async () => {
    const id = await steps.make({ Size: 65_536 });
    const device = await steps.attach(id);
    expect(await must("blockdev", "--getsize64", device)).toBe(String(2 ** 46));
    await steps.detach(id);
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
  });

  test("ModifyVolume grows the device under whoever has it mounted", async () => {
    const id = await steps.make();
    const device = await steps.attach(id);
    await must("mkfs.xfs", "-q", device);
    const mountpoint = sandbox.path("grown");
    await must("mkdir", "-p", mountpoint);
    await must("mount", device, mountpoint);
    await ec2.client.send(new ModifyVolumeCommand({ VolumeId: id, Size: 3 }));
    await untilTrue(
      async () => (await must("blockdev", "--getsize64", device)) === String(3 * 2 ** 30),
      "the device has grown",
    );
    await must("xfs_growfs", mountpoint);
    await must("umount", mountpoint);
    await steps.detach(id);
  });

  test("a volume begins with the bytes of a file", async () => {
    const file = sandbox.path("golden");
    await must("sh", "-c", 'printf golden > "$0"', file);
    const cli = ["ec2", "volume", "create", "--ec2", ec2.url, "--id", "vol-00000000000000abc"];
    await must("node", "src/main.ts", ...cli, "--size", "1Gi", "--type", "gp3", "--zone", zone, "--from", file);
    expect(await readStart(await steps.attach("vol-00000000000000abc"), 6)).toBe("golden");
    await steps.detach("vol-00000000000000abc");
  });

  test("what is deleted gives its bytes back", async () => {
    const id = await steps.make();
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId: id }));
    await expect(stat(sandbox.path("ec2", "volumes", id))).rejects.toThrow("ENOENT");
  });
});
