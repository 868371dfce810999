import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { CreateSnapshotsCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { must } from "../support/command.ts";
import { startTestEc2 } from "../support/ec2.ts";
import { makeSandbox, readText } from "../support/sandbox.ts";
import { here, stepsWith, untilTrue, zone } from "./support/steps.ts";

/** Counts on, first on one volume, then on the other: whoever looks at one instant never sees the second one ahead. */
const counter = `
n=0
while :; do
  n=$((n + 1))
  echo $n > "$0/new" && sync "$0/new" && mv "$0/new" "$0/count" && sync "$0"
  echo $n > "$1/new" && sync "$1/new" && mv "$1/new" "$1/count" && sync "$1"
done`;

async function makeAs(url: string, id: string): Promise<string> {
  const body = JSON.stringify({ id, sizeGiB: 1, type: "gp3", zone });
  expect((await fetch(`${url}/kura/volumes`, { method: "POST", body })).status).toBe(200);
  return id;
}

test("CreateSnapshots is one instant for all volumes of an instance, while they are written to", async () => {
  await using sandbox = await makeSandbox({ plain: true });
  await using ec2 = await startTestEc2(sandbox);
  const steps = stepsWith(ec2.client, ec2.devices);
  // copied in the order of their ids: those in between take time, so that two instants would be seen to be two
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, index) => makeAs(ec2.url, `vol-0000000000000000${index}`)),
  );
  for (const [index, id] of all.slice(1, -1).entries()) await steps.attach(id, `/dev/xvdd${"abcdefgh"[index]}`);
  const ids = [all[0] ?? "", all[9] ?? ""];
  const paths = [sandbox.path("first"), sandbox.path("second")];
  for (const [index, id] of ids.entries()) {
    const device = await steps.attach(id, `/dev/xvdb${"ab"[index]}`);
    await must("mkfs.xfs", "-q", device);
    await must("mkdir", paths[index] ?? "");
    await must("mount", device, paths[index] ?? "");
  }
  const writer = spawn("sh", ["-c", counter, ...paths], { stdio: "ignore" });
  const gone = once(writer, "exit");
  const countAt = async (path = "") => Number(await readText(`${path}/count`).catch(() => "0"));
  try {
    await untilTrue(async () => (await countAt(paths[1])) > 5, "it counts");
    const { Snapshots = [] } = await ec2.client.send(
      new CreateSnapshotsCommand({ InstanceSpecification: { InstanceId: here } }),
    );
    const snapshots = new Map(Snapshots.map(({ VolumeId = "", SnapshotId = "" }) => [VolumeId, SnapshotId]));
    await untilTrue(async () => {
      const SnapshotIds = [...snapshots.values()];
      const { Snapshots: shown = [] } = await ec2.client.send(new DescribeSnapshotsCommand({ SnapshotIds }));
      return shown.every(({ State }) => State === "completed");
    }, "they are completed");
    expect(await readdir(sandbox.path("ec2", "frozen"))).toEqual([]);
    const before = await countAt(paths[0]);
    await untilTrue(async () => (await countAt(paths[0])) > before, "it goes on counting");

    const counts: number[] = [];
    for (const [index, id] of ids.entries()) {
      const copy = await steps.make({ SnapshotId: snapshots.get(id) ?? "" });
      const device = await steps.attach(copy, `/dev/xvdc${"ab"[index]}`);
      const path = sandbox.path(`copy-${index}`);
      await must("mkdir", path);
      await must("mount", "-o", "nouuid", device, path);
      counts.push(await countAt(path));
      await must("umount", path);
      await steps.detach(copy);
    }
    const [first = 0, second = 0] = counts;
    expect(first).toBeGreaterThan(5);
    expect([0, 1]).toContain(first - second);
  } finally {
    writer.kill("SIGKILL");
    await gone;
    // lazily: a sync that the writer began may outlive it for a moment
    for (const path of paths) await must("umount", "--lazy", path).catch(() => {});
  }
  for (const id of all) await steps.detach(id);
  await ec2.stop();
});
