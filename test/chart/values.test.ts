import { describe, expect, test } from "vitest";
import { helmTemplate } from "../support/helm.ts";

describe("values that cannot be meant are refused, by name", () => {
  const table: readonly (readonly [string, object, RegExp])[] = [
    ["a misspelt key", { imagee: {} }, /imagee/],
    ["a misspelt key further down", { backends: { loop: { poool: {} } } }, /backends\/loop.*poool/s],
    ["a backend that there is not", { backends: { zfs: { enabled: true } } }, /zfs/],
    [
      "a class of a backend that there is not",
      { storageClasses: [{ name: "a", backend: "zfs" }] },
      /storageClasses\/0/,
    ],
    ["a class of a backend that is off", { backends: { loop: { enabled: false } } }, /backend loop is not enabled/],
    ["a filesystem that there is not", { backends: { loop: { defaultFs: "zfs" } } }, /defaultFs/],
    ["a size that is none", { backends: { loop: { pool: { imageSize: "much" } } } }, /imageSize/],
    ["a pool at the root of the host", { backends: { loop: { pool: { dir: "/pool" } } } }, /pool\/dir/],
    ["a pool with .. in its path", { backends: { loop: { pool: { dir: "/a/../b c" } } } }, /pool\/dir/],
    ["a further pool without a name", { backends: { loop: { pools: [{ dir: "/a/b" }] } } }, /pools\/0/],
    ["a further pool without a directory", { backends: { hostpath: { pools: [{ name: "a" }] } } }, /pools\/0/],
    [
      "a further pool with the first one's name",
      { backends: { loop: { pools: [{ name: "default", dir: "/a/b" }] } } },
      /pools\/0\/name/,
    ],
    [
      "two further pools of one name",
      {
        backends: {
          loop: {
            pools: [
              { name: "a", dir: "/a/b" },
              { name: "a", dir: "/a/c" },
            ],
          },
        },
      },
      /pools: two have the name a/,
    ],
    [
      "a class of a pool that its backend has not",
      { storageClasses: [{ name: "a", backend: "loop", parameters: { Pool: "fast" } }], defaultClass: { name: "a" } },
      /storageClasses: a: backend loop has no pool fast/,
    ],
    [
      "a further pool of directories with an image",
      { backends: { hostpath: { pools: [{ name: "a", dir: "/a/b", imageSize: "1Gi" }] } } },
      /imageSize/,
    ],
    ["a relative kubelet directory", { kubeletDir: "kubelet" }, /kubeletDir/],
    ["no volume on a node", { backends: { loop: { maxVolumesPerNode: 0 } } }, /maxVolumesPerNode/],
    ["a number as a parameter", { storageClasses: [{ name: "a", backend: "loop", parameters: { iops: 5 } }] }, /iops/],
    [
      "a wrong reclaim policy",
      { storageClasses: [{ name: "a", backend: "loop", reclaimPolicy: "Keep" }] },
      /reclaimPolicy/,
    ],
    ["an image without a tag", { sidecars: { resizer: { image: "registry.k8s.io/csi-resizer" } } }, /resizer\/image/],
    ["no replica", { controller: { replicas: 0 } }, /replicas/],
    ["snapshots perhaps", { snapshots: { enabled: "perhaps" } }, /snapshots\/enabled/],
    [
      "a default class that is none of the classes",
      { defaultClass: { name: "gone" } },
      /gone is none of storageClasses/,
    ],
    [
      "standard replaced without a class to replace it",
      { defaultClass: { name: "", replaceStandard: true } },
      /needs defaultClass.name/,
    ],
    [
      "an EC2 elsewhere and a simulator too",
      { backends: { ebs: { enabled: true, endpoint: "http://ec2:80", simulator: { enabled: true } } } },
      /simulator.enabled and endpoint exclude each other/,
    ],
    ["a zone that is a region", { backends: { ebs: { simulator: { zone: "us-east-1" } } } }, /simulator\/zone/],
    ["a monitor of what is not served", { metrics: { serviceMonitor: { enabled: true } } }, /needs metrics.enabled/],
  ];
  test.each(table)("%s", async (_, values, complaint) => {
    const { exitCode, stderr } = await helmTemplate(values);
    expect(stderr).toMatch(complaint);
    expect(exitCode).not.toBe(0);
  });

  test("a Kubernetes that is too old", async () => {
    const { exitCode, stderr } = await helmTemplate({}, "--kube-version", "1.33.0");
    expect(stderr).toContain("kubeVersion: >=1.34.0-0");
    expect(exitCode).not.toBe(0);
  });
});
