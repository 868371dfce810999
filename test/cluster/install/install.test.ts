import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { parseObjects } from "../../support/helm.ts";
import { makeDefaultClass } from "../default-class.ts";
import { asDocumented } from "../documented.ts";
import { get, kubectl } from "../kubectl.ts";
import { volumeTraces } from "../node-state.ts";
import { overlayFile } from "../overlay.ts";
import { snapshotCrdsHere } from "../snapshot-crds.ts";
import { until } from "../until.ts";

test("the cluster has a default class, as those of kind and minikube do", makeDefaultClass);

const overlay = await overlayFile("kind");

test("kura is installed as the quickstart says for kind", async () => {
  await asDocumented("quickstart", "kind", { ...(await snapshotCrdsHere()), "deploy/kind": dirname(overlay) });
});

const objects = parseObjects(await readFile(overlay, "utf8"));
const workloads = objects
  .filter(({ kind }) => kind === "DaemonSet" || kind === "Deployment")
  .map(({ kind, metadata }) => `${kind}/${metadata.name}`.toLowerCase());

test.each(workloads)("%s becomes ready", async (workload) => {
  await kubectl("--namespace", "kura-system", "rollout", "status", workload, "--timeout=300s");
});

test("nothing of any volume is there yet", async () => {
  expect(await volumeTraces()).toEqual([]);
});

/** As the overlay says it. */
function volumeLimit(): number {
  const { spec } = objects.find(({ kind, metadata }) => kind === "DaemonSet" && metadata.name === "kura-csi-loop-node");
  const flag = /^--max-volumes-per-node=/;
  return Number(spec.template.spec.containers[0].args.find((each: string) => flag.test(each)).replace(flag, ""));
}

test("kubelet knows the driver, and where its volumes can be", async () => {
  const driver = await until("the driver is in CSINode", async () => {
    const { items } = await get("csinodes");
    return items[0].spec.drivers?.find(({ name }: { name: string }) => name === "loop.csi.kura.dev");
  });
  expect(driver).toMatchObject({
    allocatable: { count: volumeLimit() },
    topologyKeys: ["topology.loop.csi.kura.dev/node"],
  });
});
