import { routedRpcs } from "../../src/csi/router/routed-rpcs.ts";
import { type MemoryPeer, memoryPeer } from "../fakes/memory-peer.ts";
import { caller } from "./call.ts";

export interface ClusterOptions {
  readonly totalBytes?: Readonly<Record<string, number>>;
  /** Pools of a node besides its default one: their ids by their names. */
  readonly pools?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A router before two nodes. */
export function cluster({ totalBytes = {}, pools = {} }: ClusterOptions = {}) {
  const nodeOf = (node: string, pool: string) =>
    memoryPeer({
      ...{ node, pool, others: pools[node] ?? {} },
      ...(totalBytes[node] === undefined ? {} : { totalBytes: totalBytes[node] }),
    });
  const [a, b] = [nodeOf("node-a", "aaaaaaaa"), nodeOf("node-b", "bbbbbbbb")];
  const peers = [a, b];
  const services = routedRpcs({ all: () => peers }, { name: "memory.csi.kura.dev", version: "1", manifest: {} });
  return { a, b, peers, call: caller(Object.values(services).flat()) };
}

/** On which node each volume is. */
export const nodesOf = (peers: readonly MemoryPeer[]): readonly string[] =>
  peers.flatMap(({ node, backend }) => [...backend.state.volumes.keys()].map(() => node));

/** A place on the wire. */
export const on = (node: string) => ({ segments: { "topology.memory.csi.kura.dev/node": node } });

/** Bound to places. */
export const inPlace = (...nodes: readonly string[]) => ({ accessibilityRequirements: { requisite: nodes.map(on) } });
