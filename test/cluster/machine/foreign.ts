import { access } from "node:fs/promises";
import { must } from "../../support/command.ts";
import type { Json } from "../kubectl.ts";
import { type Cluster, kubectlOf, linkPrograms } from "./cluster.ts";
import type { Place } from "./place.ts";

/** A cluster that is there already is reached from here, and images are its own affair. */
export async function foreignCluster(place: Place, kubeconfig: string): Promise<Cluster> {
  await access(kubeconfig).catch(() => Promise.reject(new Error(`--kubeconfig: ${kubeconfig} cannot be read`)));
  const programs = await linkPrograms(place.folder);
  const here = { enter: [], inNetwork: [], machines: undefined };
  const cluster = { place, kubeconfig, programs, nodeCount: 1, values: [], ...here };
  await refuseUnlessFit(cluster);
  const values = (await hasSnapshotController(cluster))
    ? ["../test/cluster/machine/other-snapshot-controller.yaml"]
    : [];
  return { ...cluster, values };
}

const drivers = ["loop.csi.kura.dev", "hostpath.csi.kura.dev", "ebs.csi.aws.com"];

/** Whoever uses kura there would lose it with the tests; and these look at one node. */
async function refuseUnlessFit(cluster: Cluster): Promise<void> {
  const taken = (await driversIn(cluster)).filter((name) => drivers.includes(name));
  if (taken.length > 0)
    throw new Error(`this cluster has ${taken.join(" and ")} already; docs/uninstall.md says how kura goes`);
  const nodes = await itemsOf(cluster, "nodes");
  if (nodes.length !== 1)
    throw new Error(`the cluster has ${nodes.length} nodes, and the tests are for one of one node`);
}

export const driversIn = async (cluster: Cluster): Promise<readonly string[]> =>
  (await itemsOf(cluster, "csidrivers")).map(({ metadata }) => metadata.name);

/** minikube's addon brings one, and so do managed clusters; two would work at the same snapshots. */
async function hasSnapshotController(cluster: Cluster): Promise<boolean> {
  const workloads = await itemsOf(cluster, "deployments,statefulsets", "--all-namespaces");
  return workloads.some(({ spec }) =>
    spec.template.spec.containers.some(({ image }: Json) => image.includes("/snapshot-controller:")),
  );
}

const itemsOf = async (cluster: Cluster, ...args: readonly string[]): Promise<readonly Json[]> =>
  JSON.parse(await must(...kubectlOf(cluster), "get", ...args, "--output=json")).items;
