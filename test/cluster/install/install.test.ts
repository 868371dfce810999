import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { apply, get, kubectl } from "../kubectl.ts";
import { overlayFile } from "../overlay.ts";
import { installSnapshotCrds } from "../snapshot-crds.ts";
import { until } from "../until.ts";

test("the cluster has a default class named standard, as those of kind and minikube do", async () => {
  await apply([
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  ]);
});

test("the snapshot CRDs are there", installSnapshotCrds);

test("one kubectl apply installs kura", async () => {
  const file = await overlayFile("kind");
  expect(await readFile(file, "utf8")).toContain("kind: DaemonSet");
  await kubectl("apply", "--filename", file);
});

const workloads = ["daemonset/kura-csi-loop-node", "deployment/kura-csi-loop-controller"];

for (const workload of workloads)
  test(`${workload} becomes ready`, () =>
    kubectl("--namespace", "kura-system", "rollout", "status", workload, "--timeout=90s"));

test("kubelet knows the driver, and where its volumes can be", async () => {
  const driver = await until("the driver is in CSINode", async () => {
    const { items } = await get("csinodes");
    return items[0].spec.drivers?.find(({ name }: { name: string }) => name === "loop.csi.kura.dev");
  });
  expect(driver).toMatchObject({ allocatable: { count: 110 }, topologyKeys: ["topology.loop.csi.kura.dev/node"] });
});
