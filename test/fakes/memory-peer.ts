import { pooledBackend } from "../../src/backend/pools/pooled-backend.ts";
import { Pools } from "../../src/backend/pools/pools.ts";
import { CsiError } from "../../src/csi/errors.ts";
import type { Peer } from "../../src/csi/router/peers.ts";
import { controllerRpcs, groupControllerRpcs, identityRpcs } from "../../src/csi/rpcs.ts";
import { caller } from "../support/call.ts";
import { type MemoryBackend, type MemoryOptions, memoryBackend } from "./memory-backend.ts";
import { memoryNode } from "./memory-node.ts";

/** A node of a cluster, with its own backend and its own RPCs, and a network that a test can break. */
export interface MemoryPeer extends Peer {
  readonly backend: MemoryBackend;
  /** Whether the router knows it to be there. */
  reachable: boolean;
  /** Whether calls arrive, whatever the router believes. */
  arrives: boolean;
  /** Calls are done, and their answers are lost on the way. */
  losesReplies: boolean;
  /** What was asked of it. */
  readonly asked: string[];
  /** A CreateVolume that has its locks waits for this before it goes on. */
  pause: Promise<void>;
}

export interface MemoryPeerOptions extends MemoryOptions {
  readonly node: string;
  readonly pool: string;
  /** Pools besides that one, which is the default: their ids by their names. */
  readonly others?: Readonly<Record<string, string>>;
}

export function memoryPeer({ others = {}, ...options }: MemoryPeerOptions): MemoryPeer {
  const backend = memoryBackend(options);
  const { node, pool } = options;
  const all = [
    { name: "default", id: pool, backend },
    ...Object.entries(others).map(([name, id]) => ({ name, id, backend: memoryBackend({ ...options, pool: id }) })),
  ];
  const pooled = pooledBackend(new Pools(all.map((one) => ({ ...one, node: memoryNode(one.backend) }))));
  const info = { name: "memory.csi.kura.dev", version: "1", manifest: {} };
  const controller = controllerRpcs(pooled).map((rpc) =>
    rpc.name === "CreateVolume"
      ? { ...rpc, handle: (...args: Parameters<typeof rpc.handle>) => peer.pause.then(() => rpc.handle(...args)) }
      : rpc,
  );
  const call = caller([...identityRpcs(pooled, info, true), ...controller, ...groupControllerRpcs(pooled)], 20);
  const lost = () => new CsiError("UNAVAILABLE", "the connection was lost");
  const peer: MemoryPeer = {
    ...{ pools: all.map(({ id }) => id), poolNames: all.map(({ name }) => name) },
    ...{ node, backend, topology: { "topology.memory.csi.kura.dev/node": node } },
    ...{ reachable: true, arrives: true, losesReplies: false, asked: [], pause: Promise.resolve() },
    async call<Answer extends object>(rpc: string, request: object): Promise<Answer> {
      if (!peer.arrives) throw lost();
      peer.asked.push(rpc);
      const answer = call<Answer>(rpc, request);
      if (!peer.losesReplies || rpc === "ListVolumes") return answer;
      void answer.catch(() => {});
      await Promise.race([answer.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 5))]);
      throw lost();
    },
    // volumes without bytes have no blocks to tell of, so this is refused as any RPC that is not offered
    async *stream(rpc, request) {
      yield await peer.call(rpc, request, new AbortController().signal);
    },
  };
  return peer;
}
