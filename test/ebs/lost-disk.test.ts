import { open } from "node:fs/promises";
import { join } from "node:path";
import { DetachVolumeCommand } from "@aws-sdk/client-ec2";
import { afterAll, expect, test } from "vitest";
import { Co } from "../support/co.ts";
import { must } from "../support/command.ts";
import { instanceId } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { eventually } from "../support/eventually.ts";
import { loopsOf, makeSandbox, mountsOf } from "../support/sandbox.ts";

const GiB = 2 ** 30;

const resources = new AsyncDisposableStack();
const sandbox = resources.use(await makeSandbox({ plain: true }));
const ec2 = resources.use(await startTestEc2(sandbox));
afterAll(() => resources.disposeAsync());

const kubeletsMounts = async () => (await mountsOf(sandbox)).filter((path) => path.includes("/kubelet/"));

test.each([
  ["a filesystem that is in use", "ext4", false],
  ["raw blocks", "block", false],
  ["raw blocks that are only read, by a device of their own", "block", true],
] as const)(
  "%s: of a disk that was taken by force, let go by a driver that never knew it",
  async (_, use, readonly) => {
    await using before = await startEbsDriver(sandbox, ec2);
    const first = new Co(sandbox, before);
    const made = await first.create(`lost-${use}-${readonly}`, { use, bytes: GiB });
    const publishContext = await first.attach(made, instanceId);
    const volume = { ...made, publishContext };
    await first.stage(volume);
    await first.publish(volume, { readonly });
    const user = use === "block" ? undefined : await open(join(volume.target, "file"), "w");
    await ec2.client.send(new DetachVolumeCommand({ VolumeId: volume.id, Force: true }));
    // a number that is used again must not show the next volume to the old user
    await eventually(async () => expect(await kubeletsMounts()).toEqual([]));
    await before.kill();

    await using after = await startEbsDriver(sandbox, ec2);
    const co = new Co(sandbox, after);
    await co.hide(volume);
    await user?.close();
    await co.detach(made, instanceId);
    await co.delete(volume);
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
  },
);

test("the node of a disk that the kernel took away, still bound where a pod had it, is let go", async () => {
  await using driver = await startEbsDriver(sandbox, ec2);
  const co = new Co(sandbox, driver);
  const [target, node] = [sandbox.path("kubelet", "pulled"), "/dev/kura-test-pulled"];
  // as an NVMe disk leaves it: a node that is gone from /dev, and a number that is no disk
  await must("mknod", node, "b", "259", "1048000");
  await must("touch", target);
  await must("mount", "--bind", node, target);
  await must("rm", node);
  const request = { volumeId: "vol-0123456789abcdef0", targetPath: target };
  await co.call("NodeUnpublishVolume", request);
  expect(await kubeletsMounts()).toEqual([]);
  await co.call("NodeUnpublishVolume", request);
});
