import { DeleteVolumeCommand, type Volume } from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { Example } from "../example.ts";
import { type Json, kubectl } from "../kubectl.ts";
import { until } from "../until.ts";
import { type ClusterEc2, limitsOf } from "./ec2.ts";

const MiB = 2 ** 20;

/** `vol-…` of a volume in CSI's words, or in those of Kubernetes' former plugin. */
const idOf = ({ spec }: Json): string =>
  /vol-[0-9a-f]+$/.exec(spec.csi?.volumeHandle ?? spec.awsElasticBlockStore.volumeID)?.[0] ?? "";

/** What EC2 knows of the volume behind the claim `data`. */
const volumeOf = async (example: Example, ec2: ClusterEc2): Promise<Volume> =>
  ec2.volume(idOf(await example.volumeOf("data")));

/** The pod has what it wrote, on a filesystem that is a little smaller than its volume. */
async function expectFilesystem(example: Example, type: string, sizeGiB: number): Promise<void> {
  expect(await example.exec("app", "cat", "/data/file")).toBe("kept");
  expect(await example.exec("app", "grep", " /data ", "/proc/mounts")).toContain(` /data ${type} `);
  const size = await example.sizeIn("app", "/data");
  expect(size).toBeGreaterThan(sizeGiB * 1024 * 0.9);
  expect(size).toBeLessThanOrEqual(sizeGiB * 1024);
}

/** What a volume with a bucket is limited to: mkfs alone may have emptied it, for buckets are a thousandth of AWS's here. */
async function expectBurst(id: string | undefined, what: "iops" | "bps", figures: readonly [number, number]) {
  const limits = await limitsOf(id ?? "", what);
  expect(limits).not.toEqual([]);
  expect(figures, "its burst, or its baseline").toEqual(expect.arrayContaining([...limits]));
}

type HardDisk = readonly ["st1" | "sc1", burst: number, baseline: number];

/** A volume on hard disks has so many MiB a second for each TiB, and 125 GiB are not a whole one. */
async function expectHardDisk(example: Example, ec2: ClusterEc2, [VolumeType, burst, baseline]: HardDisk) {
  await example.apply();
  const volume = await volumeOf(example, ec2);
  expect(volume).toMatchObject({ VolumeType, Size: 125, State: "in-use" });
  await expectBurst(volume.VolumeId, "bps", [(burst * MiB * 125) / 1024, (baseline * MiB * 125) / 1024]);
  await expectFilesystem(example, "ext4", 125);
}

/** What each example of deploy/ebs is for, proved: by EC2, by the kernel that limits it, and by the pod. */
export const proofs: Readonly<Record<string, (example: Example, ec2: ClusterEc2) => Promise<void>>> = {
  gp2: async (example, ec2) => {
    await example.apply();
    const volume = await volumeOf(example, ec2);
    expect(volume).toMatchObject({ VolumeType: "gp2", Size: 10, Iops: 100, Encrypted: false });
    await expectBurst(volume.VolumeId, "iops", [3000, 100]);
    await expectFilesystem(example, "ext4", 10);
  },

  gp3: async (example, ec2) => {
    await example.apply();
    const volume = await volumeOf(example, ec2);
    const { VolumeId = "", Tags } = volume;
    expect(volume).toMatchObject({ VolumeType: "gp3", Size: 10, Iops: 3000, Throughput: 125, Encrypted: true });
    expect(Tags).toContainEqual({ Key: "team", Value: example.namespace });
    expect(Tags).toContainEqual({ Key: "kubernetes.io/created-for/pvc/name", Value: "data" });
    expect(await limitsOf(VolumeId, "iops")).toEqual([3000]);
    expect(await limitsOf(VolumeId, "bps")).toEqual([125 * MiB]);
    await expectFilesystem(example, "ext4", 10);
  },

  io2: async (example, ec2) => {
    await example.apply(1);
    await example.kubectl("wait", "pvc/data", "--for=jsonpath={.status.phase}=Bound", "--timeout=60s");
    const { VolumeId = "", ...volume } = await volumeOf(example, ec2);
    expect(volume, "made at once").toMatchObject({ VolumeType: "io2", Size: 20, Iops: 10_000, State: "available" });
    await example.apply(2);
    expect(await limitsOf(VolumeId, "iops")).toEqual([10_000]);
    await expectFilesystem(example, "ext4", 20);
    const { metadata } = await example.volumeOf("data");
    await example.kubectl("delete", "pod/app", "pvc/data");
    await kubectl("wait", `pv/${metadata.name}`, "--for=jsonpath={.status.phase}=Released", "--timeout=60s");
    await until("the volume is detached", async () => (await ec2.volume(VolumeId)).State === "available" || undefined);
  },

  st1: (example, ec2) => expectHardDisk(example, ec2, ["st1", 250, 40]),
  sc1: (example, ec2) => expectHardDisk(example, ec2, ["sc1", 80, 12]),

  "in-tree-class": async (example, ec2) => {
    await example.apply();
    expect(await volumeOf(example, ec2)).toMatchObject({ VolumeType: "io1", Size: 20, Iops: 200 });
    await expectFilesystem(example, "xfs", 20);
  },

  "in-tree-volume": async (example, ec2) => {
    const VolumeId = "vol-0123456789abcdef0";
    const make = [
      "kura",
      "ec2",
      "volume",
      "create",
      "--id",
      VolumeId,
      "--size=10Gi",
      "--type=gp2",
      "--zone=us-east-1a",
    ];
    await kubectl("exec", "--namespace=kura-system", "deployment/kura-csi-ec2", "--", ...make);
    await example.apply();
    expect((await ec2.volume(VolumeId)).State).toBe("in-use");
    await expectFilesystem(example, "ext4", 10);
    await example.kubectl("delete", "pod/app", "pvc/data");
    await until("the volume is detached", async () => (await ec2.volume(VolumeId)).State === "available" || undefined);
    // it was made by hand, and goes by hand
    await kubectl("delete", "pv", "in-tree-volume");
    await ec2.client.send(new DeleteVolumeCommand({ VolumeId }));
  },

  snapshot: async (example) => {
    await example.apply(1);
    await example.apply(2);
    const { metadata, status } = await example.untilReady("snapshot");
    expect(status.snapshotHandle).toMatch(/^snap-/);
    await example.apply(3);
    expect(await example.phaseOf("pod", "reader"), "the checksum is the source's").toBe("Succeeded");
    const size = Number((await example.kubectl("logs", "reader")).split("\n").at(-1)?.trim().split(/\s+/)[1]);
    expect(size, "larger than the source").toBeGreaterThan(1500);
    await example.kubectl("delete", "volumesnapshot", "snapshot");
    await kubectl("wait", `volumesnapshotcontent/${metadata.name}`, "--for=delete", "--timeout=60s");
  },

  "attributes-class": async (example, ec2) => {
    await example.apply();
    const { VolumeId = "" } = await volumeOf(example, ec2);
    expect(await ec2.volume(VolumeId)).toMatchObject({ Iops: 3000, Throughput: 125 });
    expect(await limitsOf(VolumeId, "iops")).toEqual([3000]);
    const patch = '{"spec": {"volumeAttributesClassName": "gp3-6000"}}';
    await example.kubectl("patch", "pvc", "data", "--patch", patch);
    await until("the claim is of the other class", async () => {
      const { status } = await example.get("pvc", "data");
      return status.currentVolumeAttributesClassName === "gp3-6000" || undefined;
    });
    expect(await ec2.volume(VolumeId)).toMatchObject({ Iops: 6000, Throughput: 250 });
    await until("the kernel lets it do more", async () => (await limitsOf(VolumeId, "iops"))[0] === 6000 || undefined);
    await example.exec("app", "dd", "if=/dev/zero", "of=/data/more", "bs=1M", "count=8", "conv=fsync");
    expect((await example.get("pod", "app")).status.containerStatuses[0].restartCount).toBe(0);
  },
};
