import { must } from "../../support/command.ts";
import { until } from "../until.ts";
import { type ImageArchive, importImage, startContainerd } from "./containerd.ts";
import { type ControlPlane, startControlPlane, startProxy } from "./control-plane.ts";
import { startKubelet } from "./kubelet.ts";
import type { Namespaces } from "./namespace.ts";
import { writeCni } from "./network.ts";

/** The nodes of a cluster that was raised here, for whoever wants to lay hands on what runs there. */
export interface Machines extends ControlPlane {
  /** The place's. */
  readonly name: string;
  /** The control plane lives on the first. */
  readonly nodes: readonly Namespaces[];
}

/** By which a test is told of them; a cluster that was there already has none. */
export const machinesVariable = "KURA_CLUSTER_MACHINES";

export function machinesOfTest(): Machines | undefined {
  const text = process.env[machinesVariable];
  return text === undefined ? undefined : JSON.parse(text);
}

/** Starts what runs on nodes where nothing runs. Images are imported before anybody asks for them. */
export async function startAll(machines: Machines, images: readonly ImageArchive[] = []): Promise<void> {
  const [first] = machines.nodes;
  if (first !== undefined) await startControlPlane(first, machines);
  await Promise.all(
    machines.nodes.map(async (node, index) => {
      await startContainerd(node, await writeCni(node, index));
      for (const image of images) await importImage(node, image);
      await startKubeletOf(machines, index);
      await startProxy(node, machines);
    }),
  );
}

/**
 * Every process of every node is killed, those in containers too. Only the first, which holds the namespaces, is left.
 * The kernel takes a killed process apart in its own time, and until then its ports and locks are taken.
 */
export async function killAll({ nodes }: Machines): Promise<void> {
  for (const { enter } of nodes) await must(...enter, "sh", "-c", "kill -9 -1");
  for (const { name, enter } of nodes)
    await until(`every process of ${name} is gone`, async () => {
      const processes = Number(await must(...enter, "sh", "-c", "set -- /proc/[0-9]*; echo $#"));
      // the first, and the shell that counts
      return processes === 2 || undefined;
    });
}

export async function startKubeletOf({ name, programs, kubeconfig, nodes }: Machines, index: number): Promise<void> {
  const node = nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}`);
  await startKubelet(node, index, { programs, kubeconfig, cgroupRoot: `${name}-${node.name}` });
}
