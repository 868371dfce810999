import { describe, expect, test } from "vitest";
import { type Known, persistentVolumeOf } from "../../src/kubernetes/persistent-volumes.ts";

const where = {
  driver: "loop.csi.kura.dev",
  topology: { "topology.loop.csi.kura.dev/node": "node-a" },
  storageClass: "kura",
};
const kept: Known = {
  id: "0123abcd-0123456789abcdef0123-a1b2c3",
  name: "pvc-6f0c",
  createdAt: "2026-01-02T03:04:05.678Z",
  sizeBytes: 2 ** 30,
  isBlock: false,
  fsType: "ext4",
  claim: { namespace: "shop", name: "db-data" },
};

// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes, looked at by path
const exported = (change: Partial<Known> = {}): readonly any[] => persistentVolumeOf({ ...kept, ...change }, where);

describe("a volume that exists becomes a PersistentVolume and its claim", () => {
  test("each is bound to the other, so that nobody else gets it", () => {
    const [volume, claim] = exported();
    expect(volume.spec.claimRef).toMatchObject({ namespace: "shop", name: "db-data" });
    expect(claim.metadata).toEqual({ namespace: "shop", name: "db-data" });
    expect(claim.spec.volumeName).toBe(volume.metadata.name);
  });

  const table: readonly (readonly [string, Partial<Known>, string, unknown])[] = [
    ["the name that Kubernetes gave it", {}, "metadata.name", "pvc-6f0c"],
    ["a name of its own where Kubernetes knows no such name", { name: "Mine!" }, "metadata.name", `kura-${kept.id}`],
    ["the pool's id for it", {}, "spec.csi.volumeHandle", kept.id],
    ["its size to the byte", { sizeBytes: 1073741825 }, "spec.capacity.storage", "1073741825"],
    ["its filesystem", {}, "spec.csi.fsType", "ext4"],
    ["no filesystem where it is raw blocks", { isBlock: true, fsType: undefined }, "spec.csi.fsType", undefined],
    ["that it is raw blocks", { isBlock: true, fsType: undefined }, "spec.volumeMode", "Block"],
    ["that its data is kept", {}, "spec.persistentVolumeReclaimPolicy", "Retain"],
    ["its class", {}, "spec.storageClassName", "kura"],
    [
      "who made it, so that it can be deleted later",
      {},
      "metadata.annotations",
      { "pv.kubernetes.io/provisioned-by": where.driver },
    ],
  ];
  test.each(table)("with %s", (_, change, path, expected) => {
    const value = path.split(".").reduce((object, key) => object?.[key], exported(change)[0]);
    expect(value).toEqual(expected);
  });

  test("only on the node that has it", () => {
    const [{ spec }] = exported();
    expect(spec.nodeAffinity.required.nodeSelectorTerms).toEqual([
      { matchExpressions: [{ key: "topology.loop.csi.kura.dev/node", operator: "In", values: ["node-a"] }] },
    ]);
  });

  test("alone, where nobody knows its claim", () => {
    const objects = exported({ claim: undefined });
    expect(objects.map(({ kind }) => kind)).toEqual(["PersistentVolume"]);
    expect(objects[0].spec.claimRef).toBeUndefined();
  });
});
