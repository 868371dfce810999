import { afterAll, describe, expect, test } from "vitest";
import { type Imds, imdsAt } from "../../../src/backend/ebs/imds.ts";
import { findIdentity, findRegion, identityOf, regionOf } from "../../../src/cli/instance-identity.ts";
import type { KubernetesNode } from "../../../src/kubernetes/node.ts";
import { makeSimulator } from "../../ec2/support/simulator.ts";

const id = "i-0000000000000000a";
const instances = [{ id, type: "m7i.large", zone: "us-east-1b" }];
const ec2 = await makeSimulator({ instances, imds: { host: "127.0.0.1", port: 0 } });
afterAll(() => ec2[Symbol.asyncDispose]());
const imds = imdsAt(ec2.imdsUrl ?? "");
const silent: Imds = imdsAt("http://127.0.0.1:1");

const ofKubernetes = "i-0000000000000000b";
const node: KubernetesNode = {
  providerId: `aws:///us-east-1c/${ofKubernetes}`,
  labels: {
    "topology.kubernetes.io/zone": "us-east-1d",
    "topology.kubernetes.io/region": "us-east-1",
    "node.kubernetes.io/instance-type": "m4.large",
  },
};
const inCluster = async () => node;
const notInCluster = async (): Promise<KubernetesNode> => {
  throw new Error("not in a pod");
};

describe("which instance a node is: flags, then IMDS, then Kubernetes", () => {
  const told = { nodeId: "node-a", instanceId: undefined, zone: undefined, region: undefined };
  const other = "i-0000000000000000c";
  const byImds = { instanceId: id, zone: "us-east-1b", region: "us-east-1", instanceType: "m7i.large" };
  const byNode = { instanceId: ofKubernetes, zone: "us-east-1d", region: "us-east-1", instanceType: "m4.large" };

  test.each([
    ["IMDS before Kubernetes", {}, imds, inCluster, byImds],
    ["Kubernetes where IMDS is silent", {}, silent, inCluster, byNode],
    ["Kubernetes where there is no IMDS", {}, undefined, inCluster, byNode],
    ["a flag before IMDS", { zone: "eu-west-1a" }, imds, inCluster, { ...byImds, zone: "eu-west-1a" }],
    ["a flag before Kubernetes", { region: "eu-west-1" }, silent, inCluster, { ...byNode, region: "eu-west-1" }],
    [
      "flags alone",
      { instanceId: other, zone: "eu-west-1a" },
      silent,
      notInCluster,
      { instanceId: other, zone: "eu-west-1a", region: "eu-west-1", instanceType: "" },
    ],
    ["flags, and the type from IMDS", { instanceId: id, zone: "us-east-1b" }, imds, notInCluster, byImds],
    [
      "flags, and the type from Kubernetes",
      { instanceId: ofKubernetes, zone: "us-east-1d" },
      silent,
      inCluster,
      byNode,
    ],
    [
      "not the type of another instance",
      { instanceId: other, zone: "us-east-1b" },
      imds,
      inCluster,
      { ...byImds, instanceId: other, instanceType: "" },
    ],
    [
      "the type of a node that does not say which instance it is",
      { instanceId: other, zone: "us-east-1b" },
      undefined,
      async () => ({ ...node, providerId: "" }),
      { ...byImds, instanceId: other, instanceType: "m4.large" },
    ],
  ])("%s", async (_, flags, imds, readNode, expected) =>
    expect(await findIdentity({ ...told, ...flags }, { imds, readNode, env: {} })).toEqual(expected),
  );

  test("nobody knows: that is said, with the flags that would tell", async () => {
    const sources = { imds: silent, readNode: notInCluster, env: {} };
    await expect(findIdentity(told, sources)).rejects.toThrow(/--instance-id, --zone and --region .*not in a pod/);
    const nameless = { ...sources, readNode: async () => ({ providerId: "kind://x", labels: {} }) };
    await expect(findIdentity(told, nameless)).rejects.toThrow(/--instance-id, --zone and --region/);
  });

  test.each([
    ["the flag", { region: "eu-west-1", zone: "us-west-2a" }, { AWS_REGION: "eu-central-1" }, "eu-west-1"],
    ["the environment", { zone: "us-west-2a" }, { AWS_REGION: "eu-central-1" }, "eu-central-1"],
    ["the zone", { zone: "us-west-2a" }, {}, "us-west-2"],
    ["the zone where the environment is empty", { zone: "us-west-2a" }, { AWS_REGION: "" }, "us-west-2"],
    ["IMDS", {}, {}, "us-east-1"],
  ])("a controller's region is by %s", async (_, flags, env, region) =>
    expect(await findRegion({ ...told, ...flags }, { imds, readNode: notInCluster, env })).toBe(region),
  );
});

test.each([
  [
    "aws:///us-east-1a/i-0123456789abcdef0",
    {},
    { instanceId: "i-0123456789abcdef0", zone: "us-east-1a", region: "us-east-1" },
  ],
  ["aws:///us-east-1a/i-0123456789abcdef0", { "topology.kubernetes.io/zone": "us-east-1b" }, { zone: "us-east-1b" }],
  ["aws:///us-east-1a/i-0123456789abcdef0", { "topology.kubernetes.io/region": "x" }, { region: "x" }],
  [
    "kind://docker/kind/kind-worker",
    { "topology.kubernetes.io/zone": "us-east-1b" },
    { instanceId: "", zone: "us-east-1b" },
  ],
  ["", {}, { instanceId: "", zone: "", region: "", instanceType: "" }],
])("a node %j with the labels %j", (providerId, labels, expected) =>
  expect(identityOf({ providerId, labels })).toMatchObject(expected),
);

test.each([
  ["us-east-1a", "us-east-1"],
  ["us-gov-west-1b", "us-gov-west-1"],
  ["us-east-1-bos-1a", "us-east-1"],
  ["ap-southeast-3a", "ap-southeast-3"],
])("%s is in %s", (zone, region) => expect(regionOf(zone)).toBe(region));
