import { describe, expect, test } from "vitest";
import {
  attachersMarks,
  type Dependents,
  obstaclesOf,
  type PersistentVolume,
  type Pod,
} from "../../src/kubernetes/volume-users.ts";

const driver = "loop.csi.kura.dev";
const nothing: Dependents = { volumes: [], pods: [], attachments: [], snapshots: [] };

const volume = (policy: string, of = driver): PersistentVolume => ({
  metadata: { name: "pv" },
  spec: {
    csi: { driver: of },
    claimRef: { namespace: "shop", name: "db-data" },
    persistentVolumeReclaimPolicy: policy,
  },
});
/** As Kubernetes had them before CSI. */
const inTree: PersistentVolume = {
  metadata: { name: "pv" },
  spec: { awsElasticBlockStore: { volumeID: "aws://us-east-1a/vol-0123456789abcdef0" } },
};
const pod = (volumes: Pod["spec"]["volumes"], phase = "Running", namespace = "shop"): Pod => ({
  metadata: { name: "db", namespace },
  spec: { ...(volumes === undefined ? {} : { volumes }) },
  status: { phase },
});
const byClaim = [{ name: "data", persistentVolumeClaim: { claimName: "db-data" } }];
const ephemeral = [{ name: "data", ephemeral: {} }];
const inline = (of: string) => [{ name: "scratch", csi: { driver: of } }];
const attachment = (attacher: string) => ({
  metadata: { name: "csi-0123" },
  spec: { attacher, nodeName: "node-a", source: { persistentVolumeName: "pv" } },
});
const content = (of: string) => ({ metadata: { name: "content" }, spec: { driver: of } });

test("a volume of Kubernetes' former EBS plugin keeps the ebs driver", () => {
  const found = (driver: string) => obstaclesOf(driver, { ...nothing, volumes: [inTree] });
  expect(found("ebs.csi.aws.com")).toHaveLength(1);
  expect(found(driver)).toEqual([]);
});

test("so does a pod that names one itself", () => {
  const inPod = [{ name: "data", awsElasticBlockStore: {} }];
  expect(obstaclesOf("ebs.csi.aws.com", { ...nothing, pods: [pod(inPod)] })).toHaveLength(1);
});

test("external-attacher's mark goes, from volumes of its driver, and every other finalizer stays", () => {
  const marked = (of: string, ...finalizers: readonly string[]): PersistentVolume => {
    const { metadata, spec } = volume("Retain", of);
    return { spec, metadata: { ...metadata, resourceVersion: "7", finalizers } };
  };
  const volumes = [
    marked(driver, "kubernetes.io/pv-protection", "external-attacher/loop-csi-kura-dev"),
    marked(driver, "kubernetes.io/pv-protection"),
    marked("other.example.com", "external-attacher/other-example-com"),
  ];
  expect(attachersMarks(driver, volumes)).toEqual([
    { name: "pv", patch: { metadata: { resourceVersion: "7", finalizers: ["kubernetes.io/pv-protection"] } } },
  ]);
});

describe("what keeps a driver from being removed", () => {
  const table: readonly (readonly [string, Partial<Dependents>, readonly RegExp[]])[] = [
    ["nothing", {}, []],
    ["a kept volume that nobody uses: nothing", { volumes: [volume("Retain")] }, []],
    ["a volume that goes with its claim", { volumes: [volume("Delete")] }, [/^volume pv of claim shop\/db-data/]],
    ["others' volumes: nothing", { volumes: [volume("Delete", "other.example.com")], pods: [pod(byClaim)] }, []],
    ["a pod", { volumes: [volume("Retain")], pods: [pod(byClaim)] }, [/^pod shop\/db uses claim shop\/db-data/]],
    ["a pod that starts", { volumes: [volume("Retain")], pods: [pod(byClaim, "Pending")] }, [/^pod shop\/db/]],
    ["a pod that has ended: nothing", { volumes: [volume("Retain")], pods: [pod(byClaim, "Succeeded")] }, []],
    [
      "a like-named claim elsewhere: nothing",
      { volumes: [volume("Retain")], pods: [pod(byClaim, "Running", "b")] },
      [],
    ],
    ["a generic ephemeral volume", { volumes: [volume("Retain")], pods: [pod(ephemeral)] }, [/^pod shop\/db uses/]],
    ["an inline volume", { pods: [pod(inline(driver))] }, [/^pod shop\/db has a volume of its own, scratch$/]],
    ["one of a pod that has ended: nothing", { pods: [pod(inline(driver), "Failed")] }, []],
    ["others' inline volumes: nothing", { pods: [pod(inline("other.example.com"))] }, []],
    [
      "a volume that is still attached",
      { attachments: [attachment(driver)] },
      [/^volume pv is attached to node node-a/],
    ],
    ["others' attachments: nothing", { attachments: [attachment("other.example.com")] }, []],
    ["a pod and its volume", { volumes: [volume("Delete")], pods: [pod(byClaim)] }, [/^pod/, /^volume/]],
    ["a snapshot", { snapshots: [content(driver)] }, [/^snapshot content content/]],
    ["others' snapshots: nothing", { snapshots: [content("other.example.com")] }, []],
    ["a pod without volumes: nothing", { volumes: [volume("Retain")], pods: [pod(undefined)] }, []],
  ];
  test.each(table)("%s", (_, dependents, expected) => {
    const found = obstaclesOf(driver, { ...nothing, ...dependents }).map(({ what }) => what);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });
});
