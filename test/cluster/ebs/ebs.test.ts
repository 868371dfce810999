import { fileURLToPath } from "node:url";
import { DeleteVolumeCommand, DescribeSnapshotsCommand } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asDocumented } from "../documented.ts";
import { Example, exampleNames } from "../example.ts";
import { tracesOnHost } from "../host-state.ts";
import { get, type Json, kubectl } from "../kubectl.ts";
import { overlayFile } from "../overlay.ts";
import { installSnapshotCrds } from "../snapshot-crds.ts";
import { heldByFinalizers } from "../uninstall.ts";
import { until } from "../until.ts";
import { type ClusterEc2, reachEc2 } from "./ec2.ts";
import { proofs } from "./proofs.ts";

const folder = fileURLToPath(new URL("../../../deploy/ebs/examples", import.meta.url));
let yaml: string;
let ec2: ClusterEc2;

beforeAll(async () => {
  await installSnapshotCrds();
  const services = await get("services", "--namespace=kube-system");
  const hasDns = services.items.some(({ metadata }: Json) => metadata.name === "kube-dns");
  yaml = await overlayFile("ebs", ...(hasDns ? [] : ["../test/cluster/ebs/no-dns.yaml"]));
  await kubectl("apply", "--filename", yaml);
  for (const workload of [
    "deployment/kura-csi-ec2",
    "daemonset/kura-csi-ebs-node",
    "deployment/kura-csi-ebs-controller",
  ])
    await kubectl("--namespace=kura-system", "rollout", "status", workload, "--timeout=120s");
  ec2 = await reachEc2();
});
afterAll(() => ec2[Symbol.asyncDispose]());

test("the node is an instance of EC2, in a zone, and takes as many volumes as its type", async () => {
  const driver = await until("the driver is in CSINode", async () => {
    const { items } = await get("csinodes");
    return items[0].spec.drivers?.find(({ name }: { name: string }) => name === "ebs.csi.aws.com");
  });
  expect(driver).toMatchObject({
    nodeID: expect.stringMatching(/^i-0[0-9a-f]{16}$/),
    topologyKeys: ["topology.ebs.csi.aws.com/zone", "topology.kubernetes.io/zone"],
    // 27 of an m5.large, less its root volume
    allocatable: { count: 26 },
  });
  const labels = await until("the node has the region's label, which no driver tells", async () => {
    const { items } = await get("nodes");
    const { labels } = items[0].metadata;
    return "topology.kubernetes.io/region" in labels ? labels : undefined;
  });
  expect(labels).toMatchObject({
    "topology.kubernetes.io/region": "us-east-1",
    "topology.kubernetes.io/zone": "us-east-1a",
  });
});

test("every example of deploy/ebs is proved, and every proof is of an example", async () => {
  expect(Object.keys(proofs).sort()).toEqual(await exampleNames(folder));
});

describe("deploy/ebs/examples", { concurrent: true, timeout: 300_000 }, () => {
  test.each(Object.entries(proofs))("%s", async (name, prove) => {
    await using example = await Example.start(name, folder);
    await prove(example, ec2);
  });
});

describe("afterwards", () => {
  test("EC2 has no volume and no snapshot", async () => {
    const left = async () => {
      const { Snapshots = [] } = await ec2.client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
      return [...(await ec2.volumes()), ...Snapshots];
    };
    await until("both are gone", async () => (await left()).length === 0 || undefined, 30);
  });

  test("kura goes as docs/uninstall.md says; it leaves EC2's folder, and a kept volume that can be deleted", async () => {
    const kept = await keepVolume();
    const files = { "deploy/kura.yaml": yaml, "deploy/uninstall.yaml": "deploy/ebs/uninstall.yaml" };
    expect(await asDocumented("uninstall", "uninstall", files)).toContain("nothing needs kura any more");
    expect(await tracesOnHost()).toEqual([]);
    await kubectl("delete", "pv", kept, "--timeout=60s");
    expect(await heldByFinalizers()).toEqual([]);
  });
});

/** A PersistentVolume that a pod used, and that outlives its claim. */
async function keepVolume(): Promise<string> {
  const example = await Example.start("gp2", folder);
  await example.apply();
  const { metadata, spec } = await example.volumeOf("data");
  expect(metadata.finalizers).toContain("external-attacher/ebs-csi-aws-com");
  await kubectl("patch", "pv", metadata.name, '--patch={"spec": {"persistentVolumeReclaimPolicy": "Retain"}}');
  await example.kubectl("delete", "--filename", `${folder}/gp2.yaml`);
  await until("it is detached", async () => (await get("volumeattachments")).items.length === 0 || undefined);
  await ec2.client.send(new DeleteVolumeCommand({ VolumeId: spec.csi.volumeHandle }));
  await kubectl("delete", "namespace", example.namespace);
  return metadata.name;
}
