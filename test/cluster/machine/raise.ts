import { join } from "node:path";
import { command, must } from "../../support/command.ts";
import { until } from "../until.ts";
import { type Cluster, linkPrograms } from "./cluster.ts";
import { type ImageArchive, importImage, startContainerd } from "./containerd.ts";
import { startControlPlane, startProxy } from "./control-plane.ts";
import { startKubelet } from "./kubelet.ts";
import { type Namespaces, startNode, startSwitch } from "./namespace.ts";
import { makeSwitch, plugIn, writeCni } from "./network.ts";
import type { Place } from "./place.ts";

export interface Raise {
  readonly place: Place;
  readonly nodeCount: number;
  readonly images: readonly ImageArchive[];
}

/** node-a, node-b …: the control plane lives on the first. */
const nameOf = (index: number): string => `node-${String.fromCharCode(97 + index)}`;

export async function raise({ place, nodeCount, images }: Raise): Promise<Cluster> {
  const programs = await linkPrograms(place.folder);
  const wire = await startSwitch(place.folder);
  await makeSwitch(wire);
  const nodes: Namespaces[] = [];
  for (let index = 0; index < nodeCount; index += 1) {
    nodes.push(await startNode(place.folder, nameOf(index)));
    await plugIn(wire, nodes, index);
  }
  const [first] = nodes;
  if (first === undefined) throw new Error("a cluster has at least one node");
  const { kubeconfig } = await startControlPlane(first, programs);
  await Promise.all(nodes.map((node, index) => startWorker(node, index, { place, programs, kubeconfig, images })));
  const { enter } = first;
  const inNetwork = ["nsenter", "--target", String(first.pid), "--net", "--"];
  const cluster: Cluster = { place, kubeconfig, programs, nodeCount, enter, inNetwork };
  await until("every node is Ready", () => allReady(cluster));
  return cluster;
}

interface Worker {
  readonly place: Place;
  readonly programs: string;
  readonly kubeconfig: string;
  readonly images: readonly ImageArchive[];
}

async function startWorker(node: Namespaces, index: number, { place, programs, kubeconfig, images }: Worker) {
  await startContainerd(node, await writeCni(node, index));
  for (const image of images) await importImage(node, image);
  await startKubelet(node, index, { programs, kubeconfig, cgroupRoot: `${place.name}-${node.name}` });
  await startProxy(node, { programs, kubeconfig });
}

async function allReady({ enter, programs, kubeconfig, nodeCount }: Cluster): Promise<true | undefined> {
  const argv = [join(programs, "kubectl"), `--kubeconfig=${kubeconfig}`, "get", "nodes", "--no-headers"];
  const { stdout } = await command([...enter, ...argv]);
  return stdout.split("\n").filter((line) => / Ready /.test(line)).length === nodeCount ? true : undefined;
}

/** The last lines of every log, for whoever has to find out why it did not come up. */
export const logsOf = async ({ folder }: Place): Promise<string> =>
  must("sh", "-c", 'for file in "$0"/*/log/*.log; do echo "== $file"; tail -n 15 "$file"; done', folder);
