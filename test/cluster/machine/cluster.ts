import { symlink } from "node:fs/promises";
import { join } from "node:path";
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
  /** Files of values that the chart needs there, from deploy/ on. */
  readonly values: readonly string[];
  /** Brings a command to a node, from where the API server can be reached. */
  readonly enter: readonly string[];
  /** Brings it to where the API server can be reached, and leaves it on this machine otherwise. */
  readonly inNetwork: readonly string[];
  /** Where it was raised here. */
  readonly machines: Machines | undefined;
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
