import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { command, must } from "../../support/command.ts";
import { programFile } from "../build.ts";
import { until } from "../until.ts";
import { type ImageArchive, importImage, startContainerd } from "./containerd.ts";
import { startControlPlane, startProxy } from "./control-plane.ts";
import { startKubelet } from "./kubelet.ts";
import { type Namespaces, startNode, startSwitch } from "./namespace.ts";
import { makeSwitch, plugIn, writeCni } from "./network.ts";
import { makeFolder, type Place } from "./place.ts";

/** A Kubernetes that runs. */
export interface Cluster {
  readonly place: Place;
  readonly kubeconfig: string;
  /** The folder with kubectl and its like. */
  readonly programs: string;
  readonly nodes: readonly Namespaces[];
  /** Brings a command to where the API server can be reached: the first node. */
  readonly enter: readonly string[];
}

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
  const cluster: Cluster = { place, kubeconfig, programs, nodes, enter: first.enter };
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

async function allReady({ enter, programs, kubeconfig, nodes }: Cluster): Promise<true | undefined> {
  const argv = [join(programs, "kubectl"), `--kubeconfig=${kubeconfig}`, "get", "nodes", "--no-headers"];
  const { stdout } = await command([...enter, ...argv]);
  return stdout.split("\n").filter((line) => / Ready /.test(line)).length === nodes.length ? true : undefined;
}

const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl"];

/** Kubernetes is one program of many names; the names lie in the place, so that its processes can be told by it. */
async function linkPrograms(folder: string): Promise<string> {
  const programs = await makeFolder(folder, "programs");
  for (const name of components) await symlink(await programFile("kubernetes"), join(programs, name));
  for (const name of ["helm"]) await symlink(await programFile(name), join(programs, name));
  return programs;
}

/** The last lines of every log, for whoever has to find out why it did not come up. */
export const logsOf = async ({ folder }: Place): Promise<string> =>
  must("sh", "-c", 'for file in "$0"/*/log/*.log; do echo "== $file"; tail -n 15 "$file"; done', folder);
