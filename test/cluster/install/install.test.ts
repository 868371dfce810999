import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseObjects } from "../../support/helm.ts";
import { makeStandardClass } from "../default-class.ts";
import { get, kubectl } from "../kubectl.ts";
import { overlayFile } from "../overlay.ts";
import { installSnapshotCrds } from "../snapshot-crds.ts";
import { until } from "../until.ts";

test("the cluster has a default class named standard, as those of kind and minikube do", async () => {
  await makeStandardClass();
});

test("the snapshot CRDs are there", installSnapshotCrds);

const overlay = await overlayFile("kind");

test("one kubectl apply installs kura", async () => {
  await kubectl("apply", "--filename", overlay);
});

const workloads = parseObjects(await readFile(overlay, "utf8"))
  .filter(({ kind }) => kind === "DaemonSet" || kind === "Deployment")
  .map(({ kind, metadata }) => `${kind}/${metadata.name}`.toLowerCase());

test.each(workloads)("%s becomes ready", async (workload) => {
  await kubectl("--namespace", "kura-system", "rollout", "status", workload, "--timeout=90s");
});

test("kubelet knows the driver, and where its volumes can be", async () => {
  const driver = await until("the driver is in CSINode", async () => {
    const { items } = await get("csinodes");
    return items[0].spec.drivers?.find(({ name }: { name: string }) => name === "loop.csi.kura.dev");
  });
  expect(driver).toMatchObject({ allocatable: { count: 110 }, topologyKeys: ["topology.loop.csi.kura.dev/node"] });
});
