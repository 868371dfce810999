import { readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Co } from "../support/co.ts";
import { must } from "../support/command.ts";
import { instanceId } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { loopsOf, makeSandbox, mountsOf } from "../support/sandbox.ts";

const GiB = 2 ** 30;

const resources = new AsyncDisposableStack();
const sandbox = resources.use(await makeSandbox({ plain: true }));
const ec2 = resources.use(await startTestEc2(sandbox));
afterAll(() => resources.disposeAsync());

const kubeletsMounts = async () => (await mountsOf(sandbox)).filter((path) => path.includes("/kubelet/"));

/** A partition of a disk, as a table on it would make one: the first is small, the third large. */
async function addPartition(disk: string, number: "1" | "3"): Promise<AsyncDisposable> {
  await must("addpart", disk, number, ...(number === "1" ? ["2048", "2048"] : ["8192", String(GiB / 1024)]));
  return { [Symbol.asyncDispose]: async () => void (await must("delpart", disk, number)) };
}

test.each([
  ["a filesystem", "ext4", false],
  ["a btrfs, whose mounts name no device by number", "btrfs", false],
  ["a filesystem that is read", "xfs", true],
  ["raw blocks", "block", false],
  ["raw blocks that are only read, by a device of their own", "block", true],
] as const)(
  "%s: of the partition that a volume says, let go by a driver that was not told",
  async (_, use, readonly) => {
    await using before = await startEbsDriver(sandbox, ec2);
    const first = new Co(sandbox, before);
    const made = await first.create(`partition-${use}-${readonly}`, { use, bytes: GiB });
    const publishContext = await first.attach(made, instanceId);
    const [disk = ""] = (await loopsOf(sandbox.path("ec2"))).map((line) => line.split(" ")[0] ?? "");
    {
      await using _1 = await addPartition(disk, "1");
      await using _2 = await addPartition(disk, "3");
      const volume = { ...made, publishContext, context: { partition: "3" } };
      const data = use === "block" ? volume.target : join(volume.staging, "file");
      await first.stage(volume);
      await first.publish(volume, { readonly });
      if (!readonly) await writeFile(data, "precious", { flag: use === "block" ? "r+" : "w" });
      const shown = await must("findmnt", "--noheadings", "--output", "SOURCE", volume.target);
      if (!readonly) expect(shown).toContain(`${basename(disk)}p3`);
      await before.kill();

      await using after = await startEbsDriver(sandbox, ec2);
      const co = new Co(sandbox, after);
      if (use !== "block") {
        const stats = { volumeId: volume.id, volumePath: volume.target };
        expect((await co.call<{ usage: object[] }>("NodeGetVolumeStats", stats)).usage[0]).toMatchObject({
          unit: "BYTES",
        });
      }
      await co.hide(volume);
      expect(await kubeletsMounts()).toEqual([]);
      expect(await loopsOf(sandbox.path("ec2"))).toHaveLength(1);
      await co.stage(volume);
      await co.publish(volume, { readonly });
      if (!readonly) expect((await readFile(data)).subarray(0, 8).toString()).toBe("precious");
      await co.hide(volume);
    }
    await using last = await startEbsDriver(sandbox, ec2);
    const co = new Co(sandbox, last);
    await co.detach(made, instanceId);
    await co.delete(made);
    expect(await loopsOf(sandbox.path("ec2"))).toEqual([]);
  },
);
