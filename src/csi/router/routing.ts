import { isReachableFrom, type Places, type Topology } from "../../backend/backend.ts";
import { CsiError, notFound } from "../errors.ts";
import type { Peer, Peers } from "./peers.ts";

/** Ids of local backends begin with their pool: eight hexadecimal digits and a dash. */
const poolOf = (id: string): string | undefined => /^([0-9a-f]{8})-/.exec(id)?.[1];

/** Whether an id could be one of ours at all; any other is known to be nobody's without asking. */
export const isOurs = (id: string): boolean => poolOf(id) !== undefined;

/** The node that holds what the id names. What nobody has heard of may be on a node that is away: no final answer. */
export function peerOf(id: string, peers: Peers, what: string): Peer {
  const pool = poolOf(id);
  if (pool === undefined) throw notFound(`${what} ${id} does not exist`);
  const [peer, twin] = peers.all().filter(({ pools }) => pools.includes(pool));
  if (peer === undefined) throw unavailable(`no node that holds pool ${pool} of ${what} ${id} has been heard of`);
  if (twin !== undefined)
    throw new CsiError(
      "FAILED_PRECONDITION",
      `${peer.node} and ${twin.node} both have pool ${pool} of ${what} ${id}, as copies of a disk do; take one away`,
    );
  return reachable(peer);
}

export function reachable(peer: Peer): Peer {
  if (!peer.reachable) throw unavailable(`node ${peer.node} cannot be reached now`);
  return peer;
}

export const unavailable = (message: string): CsiError => new CsiError("UNAVAILABLE", message);

/** Nodes in the order in which something may be made on them: those of the wished places first. */
export function candidates(peers: readonly Peer[], places: Places | undefined): readonly Peer[] {
  if (places === undefined) return peers;
  const ranked = places.inOrder.flatMap((place) => peers.filter(({ topology }) => isReachableFrom(topology, place)));
  const first = [...new Set(ranked)];
  return places.binding ? first : [...first, ...peers.filter((peer) => !first.includes(peer))];
}

/**
 * Those that have the pool that a class names. Where none of all has it, it is left to them to say so: a node without
 * it is only the wrong one where there is a right one.
 */
export function withPool(
  among: readonly Peer[],
  all: readonly Peer[],
  parameters: Readonly<Record<string, string>>,
): readonly Peer[] {
  const [, name] = Object.entries(parameters).find(([key]) => key.toLowerCase() === "pool") ?? [];
  const hasIt = ({ poolNames }: Peer) => name === undefined || poolNames.includes(name);
  return all.some(hasIt) ? among.filter(hasIt) : among;
}

export const isAt = ({ topology }: Peer, place: Topology): boolean => isReachableFrom(topology, place);
