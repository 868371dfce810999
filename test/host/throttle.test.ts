import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LinuxHost } from "../../src/host/linux-host.ts";
import { findThrottleTree, type ThrottleTree } from "../../src/host/throttle.ts";
import { noLimits } from "../../src/node/volume.ts";
import { type Group, podGroup } from "../support/cgroup.ts";
import { eventually } from "../support/eventually.ts";
import { fioIn } from "../support/fio.ts";
import { type Bed, deviceOf, loopOf, makeBed, perform, realHost } from "../support/host.ts";
import { expectRate, limitsIn } from "../support/limits.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let host: LinuxHost;
let tree: ThrottleTree;
let group: Group;
let bed: Bed;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
  host = await realHost();
  const found = await findThrottleTree();
  if (found === undefined) throw new Error("the kernel of this machine cannot limit I/O: no cgroup tree does it");
  tree = found;
  group = podGroup(tree);
  bed = await makeBed(host, sandbox, "throttled", { sizeBytes: 64 * MiB, allocate: true });
  await perform(host, [{ do: "attach", source: bed.image, readOnly: false }]);
});
afterAll(async () => {
  host?.throttle.close();
  group?.remove();
  await sandbox[Symbol.asyncDispose]();
});

const limit = (iops: number | undefined, throughputBytes?: number) =>
  perform(host, [{ do: "set-limits", device: deviceOf(bed), limits: { iops, throughputBytes } }]);

describe("limits", () => {
  test("hold in a group below the root, where containers are, and are changed while they hold", async () => {
    const { path } = await loopOf(host, bed.image);
    for (const iops of [100, 300]) {
      await limit(iops);
      for (const what of ["randread", "randwrite"] as const) {
        const measure = async () => (await fioIn(group, path, { what, blockBytes: 4096 })).iops;
        await expectRate(measure, iops, `${what} at ${iops}`);
      }
    }
  });

  test("of throughput hold too", async () => {
    const { path } = await loopOf(host, bed.image);
    await limit(undefined, 4 * MiB);
    const measure = async () => (await fioIn(group, path, { what: "write", blockBytes: 256 * 1024 })).bytesPerSecond;
    await expectRate(measure, 4 * MiB, "bytes a second");
  });

  test("reach groups that appear later", async () => {
    const { device } = await loopOf(host, bed.image);
    await limit(200);
    const late = join(group.path, "late");
    mkdirSync(late);
    await eventually(() => expect(limitsIn(late, device)).not.toEqual([]));
  });

  test("leave nothing behind: the next one who gets the device number is free", async () => {
    const { device } = await loopOf(host, bed.image);
    await limit(200, MiB);
    expect(limitsIn(tree.root, device).length + limitsIn(group.path, device).length).toBeGreaterThan(0);
    await perform(host, [{ do: "set-limits", device: deviceOf(bed), limits: noLimits }]);
    expect(everyGroup(tree.root).flatMap((path) => limitsIn(path, device))).toEqual([]);
  });

  test("that another process left on the number are removed before the first use", async () => {
    const { device } = await loopOf(host, bed.image);
    await limit(200);
    const next = await realHost();
    next.throttle.set(device, noLimits);
    next.throttle.close();
    expect(everyGroup(tree.root).flatMap((path) => limitsIn(path, device))).toEqual([]);
  });
});

const everyGroup = (path: string): readonly string[] => [
  path,
  ...readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => everyGroup(join(path, name))),
];
