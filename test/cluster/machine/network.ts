import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/command.ts";
import type { Namespaces } from "./namespace.ts";
import { makeFolder } from "./place.ts";

/** Addresses exist in the cluster's own network namespaces only. Nodes are counted from 0. */
export const addressOf = (index: number): string => `10.99.0.${index + 1}`;
export const serviceRange = "10.96.0.0/16";
export const dnsAddress = "10.96.0.10";
export const podsRange = "10.244.0.0/16";
const podRangeOf = (index: number): string => `10.244.${index + 1}.0/24`;
const gateway = "10.99.0.254";

export async function makeSwitch(wire: Namespaces): Promise<void> {
  await must(...wire.enter, "ip", "link", "add", "bridge0", "type", "bridge");
  await must(...wire.enter, "ip", "address", "add", `${gateway}/24`, "dev", "bridge0");
  await must(...wire.enter, "ip", "link", "set", "bridge0", "up");
}

/** A cable from the node to the switch, and the way to the pods of the nodes that are there already. */
export async function plugIn(wire: Namespaces, nodes: readonly Namespaces[], index: number): Promise<void> {
  const node = nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}`);
  const port = `port${index}`;
  const cable = ["type", "veth", "peer", "name", "eth0", "netns", String(node.pid)];
  await must(...wire.enter, "ip", "link", "add", port, ...cable);
  await must(...wire.enter, "ip", "link", "set", port, "master", "bridge0", "up");
  await must(...node.enter, "ip", "address", "add", `${addressOf(index)}/24`, "dev", "eth0");
  await must(...node.enter, "ip", "link", "set", "eth0", "up");
  await must(...node.enter, "ip", "route", "add", "default", "via", gateway);
  for (const [other, there] of nodes.slice(0, index).entries()) {
    await must(...node.enter, "ip", "route", "add", podRangeOf(other), "via", addressOf(other));
    await must(...there.enter, "ip", "route", "add", podRangeOf(index), "via", addressOf(index));
  }
}

/** Pods hang on a bridge of their node: CNI's own plugins, as Debian packages them. */
export async function writeCni(node: Namespaces, index: number): Promise<string> {
  const folder = await makeFolder(node.folder, "cni");
  const bridge = {
    type: "bridge",
    bridge: "cni0",
    isGateway: true,
    hairpinMode: true,
    ipam: {
      type: "host-local",
      dataDir: "/var/lib/cni",
      ranges: [[{ subnet: podRangeOf(index) }]],
      routes: [{ dst: "0.0.0.0/0" }],
    },
  };
  const plugins = [bridge, { type: "portmap", capabilities: { portMappings: true } }];
  await writeFile(join(folder, "10-bridge.conflist"), JSON.stringify({ cniVersion: "0.4.0", name: "pods", plugins }));
  return folder;
}
