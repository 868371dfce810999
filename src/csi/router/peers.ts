import type { Topology } from "../../backend/backend.ts";

/** Another driver: the one that holds the pools of a node, as the router knows it. */
export interface Peer {
  readonly node: string;
  /** The pools that it holds: the first part of every id it made. */
  readonly pools: readonly string[];
  /** By which names classes choose one of them. */
  readonly poolNames: readonly string[];
  readonly topology: Topology;
  /** Whether it answered when it was last asked. */
  readonly reachable: boolean;
  /** Forwards a CSI call as it is. Throws a CsiError with the node's own code; UNAVAILABLE where no answer came. */
  call<Answer extends object>(rpc: string, request: object, signal: AbortSignal): Promise<Answer>;
  /** The same, for an RPC with many answers. */
  stream(rpc: string, request: object, signal: AbortSignal): AsyncIterable<object>;
}

/** All nodes that were ever heard of since start, in the order of their names. */
export interface Peers {
  all(): readonly Peer[];
}
