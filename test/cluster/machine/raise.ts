import { join } from "node:path";
import { command, must } from "../../support/command.ts";
import { until } from "../until.ts";
import { type Cluster, linkPrograms } from "./cluster.ts";
import type { ImageArchive } from "./containerd.ts";
import { makeKeys } from "./control-plane.ts";
import { type Machines, startAll } from "./machines.ts";
import { type Namespaces, startNode, startSwitch } from "./namespace.ts";
import { makeSwitch, plugIn } from "./network.ts";
import type { Place } from "./place.ts";

export interface Raise {
  readonly place: Place;
  readonly nodeCount: number;
  readonly images: readonly ImageArchive[];
}

/** node-a, node-b …: the control plane lives on the first. */
export const nameOf = (index: number): string => `node-${String.fromCharCode(97 + index)}`;

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
  const kubeconfig = await makeKeys(first);
  const machines: Machines = { name: place.name, programs, kubeconfig, nodes };
  await startAll(machines, images);
  const { enter } = first;
  const inNetwork = ["nsenter", "--target", String(first.pid), "--net", "--"];
  const values = ["../test/cluster/machine/values.yaml"];
  const cluster: Cluster = { place, kubeconfig, programs, nodeCount, values, enter, inNetwork, machines };
  await until("every node is Ready", () => allReady(cluster));
  return cluster;
}

async function allReady({ enter, programs, kubeconfig, nodeCount }: Cluster): Promise<true | undefined> {
  const argv = [join(programs, "kubectl"), `--kubeconfig=${kubeconfig}`, "get", "nodes", "--no-headers"];
  const { stdout } = await command([...enter, ...argv]);
  return stdout.split("\n").filter((line) => / Ready /.test(line)).length === nodeCount ? true : undefined;
}

/** The last lines of every log, for whoever has to find out why it did not come up. */
export const logsOf = async ({ folder }: Place): Promise<string> =>
  must("sh", "-c", 'for file in "$0"/*/log/*.log; do echo "== $file"; tail -n 15 "$file"; done', folder);
