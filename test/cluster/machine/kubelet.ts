import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCgroups } from "./cgroups.ts";
import { containerdSocket } from "./containerd.ts";
import { type Namespaces, startDaemon } from "./namespace.ts";
import { addressOf, dnsAddress } from "./network.ts";
import { killProcessesWith } from "./place.ts";

/**
 * `KubeletInUserNamespace` and `oomScoreAdj: 0`: a machine that itself is a container refuses some settings of the
 * kernel, and without them kubelet would not start.
 */
const configOf = (cgroupRoot: string) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: "AlwaysAllow" },
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroupRoot}`,
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  failSwapOn: false,
  failCgroupV1: false,
  featureGates: { KubeletInUserNamespace: true },
  oomScoreAdj: 0,
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  maxPods: 200,
  volumeStatsAggPeriod: "10s",
  syncFrequency: "10s",
  // nobody answers there; without an address kubelet complains at every pod
  clusterDNS: [dnsAddress],
});

export interface Kubelet {
  readonly programs: string;
  readonly kubeconfig: string;
  readonly cgroupRoot: string;
}

const configFileOf = ({ folder }: Namespaces): string => join(folder, "kubelet.json");

export const killKubelet = (node: Namespaces): Promise<void> => killProcessesWith(`--config=${configFileOf(node)}`);

export async function startKubelet(node: Namespaces, index: number, options: Kubelet): Promise<void> {
  await makeCgroups(options.cgroupRoot);
  const file = configFileOf(node);
  await writeFile(file, JSON.stringify(configOf(options.cgroupRoot)));
  await startDaemon(node, "kubelet", [
    join(options.programs, "kubelet"),
    `--config=${file}`,
    `--kubeconfig=${options.kubeconfig}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${addressOf(index)}`,
  ]);
}
