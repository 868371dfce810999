import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findThrottleTree, type ThrottleTree } from "../../src/host/throttle.ts";
import { type Group, podGroup } from "../support/cgroup.ts";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { fioIn } from "../support/fio.ts";
import { expectRate, limitsIn } from "../support/limits.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();
let tree: ThrottleTree;
let group: Group;

beforeAll(async () => {
  const found = await findThrottleTree();
  if (found === undefined) throw new Error("the kernel of this machine cannot limit I/O: no cgroup tree does it");
  tree = found;
  group = podGroup(tree);
});
afterAll(() => group.remove());

const modify = ({ id }: CoVolume, mutableParameters: object) =>
  at.co.call("ControllerModifyVolume", { volumeId: id, mutableParameters });

/** In the pod's group, and in the root where that has limits of its own: whatever is there must be the same. */
function limitsOf(device: string): readonly string[] {
  const inPod = limitsIn(group.path, device);
  expect(limitsIn(tree.root, device)).toEqual(tree.version === 1 ? inPod : []);
  return inPod;
}
const asKernelHasThem = (iops: number, bytesPerSecond: number): readonly string[] => [
  `read_bps ${bytesPerSecond}`,
  `read_iops ${iops}`,
  `write_bps ${bytesPerSecond}`,
  `write_iops ${iops}`,
];
const deviceOf = async (path: string): Promise<string> => must("findmnt", "--noheadings", "--output", "MAJ:MIN", path);

describe("IOPS", () => {
  test("are enforced for a pod, changed while it runs, and forgotten with the volume's device", async () => {
    const wish = { use: "ext4", bytes: 64 * MiB, parameters: { iops: "200" } } as const;
    const volume = await at.co.start("limited", wish);
    expect(volume.context).toMatchObject({ iops: "200" });
    const [file, device] = [join(volume.target, "data"), await deviceOf(volume.target)];
    await must("dd", "if=/dev/urandom", `of=${file}`, "bs=1M", "count=32", "conv=fsync");
    const measure = async () => (await fioIn(group, file, { what: "randread", blockBytes: 4096 })).iops;
    await expectRate(measure, 200, "IOPS");
    await modify(volume, { iops: "400" });
    await expectRate(measure, 400, "IOPS after the change");
    await modify(volume, { iops: "0" });
    expect(limitsOf(device)).toEqual([]);
    await modify(volume, { iops: "100", throughput: "10" });
    expect(limitsOf(device)).toEqual(asKernelHasThem(100, 10 * MiB));
    await at.co.hide(volume);
    expect(limitsOf(device)).toEqual([]);
    // what was changed stays changed, and a repeated Create compares with how it began
    expect(await at.co.create("limited", wish)).toEqual(volume);
    await at.co.show(volume);
    expect(limitsOf(await deviceOf(volume.target))).toEqual(asKernelHasThem(100, 10 * MiB));
    await at.co.end(volume);
  });

  test("that cannot be are refused, and change nothing", async () => {
    const volume = await at.co.create("refused", { use: "ext4", bytes: 32 * MiB });
    const refused = (parameters: object) => refusalOf(modify(volume, parameters));
    expect(await refused({ iops: "many" })).toMatch(
      /^INVALID_ARGUMENT: parameter iops "many" is not allowed: a whole number from 0/,
    );
    expect(await refused({ iops: "100", thin: "false" })).toMatch(
      /^INVALID_ARGUMENT: parameter thin is not known; known are iops, throughput/,
    );
    expect(await refusalOf(modify({ ...volume, id: "nobody" }, { nonsense: "1" }))).toMatch(/^NOT_FOUND/);
    await at.co.delete(volume);
  });
});

test("throughput is enforced for a pod, in MiB a second, and changed while it runs", async () => {
  const parameters = { throughput: "4" };
  const volume = await at.co.start("throughput", { use: "block", bytes: 64 * MiB, parameters });
  const measure = async () =>
    (await fioIn(group, volume.target, { what: "write", blockBytes: 256 * 1024 })).bytesPerSecond;
  await expectRate(measure, 4 * MiB, "bytes a second");
  await modify(volume, { throughput: "10" });
  await expectRate(measure, 10 * MiB, "bytes a second after the change");
  await at.co.end(volume);
});

describe("parameters of a class", () => {
  test.each([
    [
      { tihn: "true" },
      /^INVALID_ARGUMENT: parameter tihn is not known; known are pool, thin, fsType, mkfsOptions, iops, throughput/,
    ],
    [{ thin: "maybe" }, /^INVALID_ARGUMENT: parameter thin "maybe" is not allowed: true or false/],
    [{ fsType: "zfs" }, /^INVALID_ARGUMENT: parameter fsType "zfs" is not allowed/],
    [
      { mkfsOptions: "-J device=/dev/sda" },
      /^INVALID_ARGUMENT: parameter mkfsOptions "-J device=\/dev\/sda" is not allowed/,
    ],
    [
      { mkfsOptions: "-b size=4096" },
      /^INVALID_ARGUMENT: parameter mkfsOptions "-b size=4096" is not allowed for ext4/,
    ],
  ])("%j is refused", async (parameters, said) => {
    expect(await refusalOf(at.co.create("class", { parameters }))).toMatch(said);
  });

  test("are read whatever their case, and those of Kubernetes are left to it", async () => {
    const parameters = { FSTYPE: "xfs", "csi.storage.k8s.io/pvc/name": "mine", Throughput: "50" };
    const volume = await at.co.start("any-case", { parameters, bytes: 320 * MiB });
    expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", volume.target)).toBe("xfs");
    expect(volume.context).toMatchObject({ throughput: "50" });
    await at.co.end(volume);
  });

  test("of mkfs reach it", async () => {
    const parameters = { mkfsOptions: "-b 1024 -N 64" };
    const volume = await at.co.start("mkfs", { use: "ext4", bytes: 32 * MiB, parameters });
    expect(await must("stat", "--file-system", "--format=%S %c", volume.target)).toBe("1024 64");
    await at.co.end(volume);
  });
});
