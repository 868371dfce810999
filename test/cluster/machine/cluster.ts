import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { programFile } from "../build.ts";
import type { Machines } from "./machines.ts";
import { makeFolder, type Place } from "./place.ts";

/** A Kubernetes that runs: raised here, or anybody's. */
export interface Cluster {
  readonly place: Place;
  readonly kubeconfig: string;
  /** The folder with kubectl and its like. */
  readonly programs: string;
  readonly nodeCount: number;
  /** Brings a command to a node, from where the API server can be reached. */
  readonly enter: readonly string[];
  /** Brings it to where the API server can be reached, and leaves it on this machine otherwise. */
  readonly inNetwork: readonly string[];
  /** Where it was raised here. */
  readonly machines: Machines | undefined;
}

/** A cluster that is there already is reached from here, and images are its own affair. */
export async function foreignCluster(place: Place, kubeconfig: string): Promise<Cluster> {
  const programs = await linkPrograms(place.folder);
  const here = { enter: [], inNetwork: [], machines: undefined };
  return { place, kubeconfig: resolve(kubeconfig), programs, nodeCount: 1, ...here };
}

export const kubectlOf = ({ enter, programs, kubeconfig }: Cluster): readonly string[] => [
  ...enter,
  join(programs, "kubectl"),
  `--kubeconfig=${kubeconfig}`,
];

const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl"];

/** Kubernetes is one program of many names; the names lie in the place, so that its processes can be told by it. */
export async function linkPrograms(folder: string): Promise<string> {
  const programs = await makeFolder(folder, "programs");
  for (const name of components) await symlink(await programFile("kubernetes"), join(programs, name));
  await symlink(await programFile("helm"), join(programs, "helm"));
  return programs;
}
