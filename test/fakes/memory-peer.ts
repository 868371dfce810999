import { CsiError } from "../../src/csi/errors.ts";
import type { Peer } from "../../src/csi/router/peers.ts";
import { controllerRpcs, groupControllerRpcs, identityRpcs } from "../../src/csi/rpcs.ts";
import { caller } from "../support/call.ts";
import { type MemoryBackend, type MemoryOptions, memoryBackend } from "./memory-backend.ts";

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

export function memoryPeer(options: MemoryOptions & { readonly pool: string; readonly node: string }): MemoryPeer {
  const backend = memoryBackend(options);
  const { node, pool } = options;
  const info = { name: "memory.csi.kura.dev", version: "1", manifest: {} };
  const controller = controllerRpcs(backend).map((rpc) =>
    rpc.name === "CreateVolume"
      ? { ...rpc, handle: (...args: Parameters<typeof rpc.handle>) => peer.pause.then(() => rpc.handle(...args)) }
      : rpc,
  );
  const call = caller([...identityRpcs(backend, info, true), ...controller, ...groupControllerRpcs(backend)], 20);
  const lost = () => new CsiError("UNAVAILABLE", "the connection was lost");
  const peer: MemoryPeer = {
    ...{ node, backend, pools: [pool], topology: { "topology.memory.csi.kura.dev/node": node } },
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
