/**
 * CreateVolume, routed: the node that has the name already, or else the preferred one that can.
 *
 * Asks every reachable node for the name first: the CO may have asked for another place the last time and not heard
 * the answer. As long as a node to which the call was sent has not answered, nothing is final.
 *
 *   RESOURCE_EXHAUSTED  no node of the requested topology has room, or the source or the volume is on another node
 *   UNAVAILABLE         a node that may have made it does not answer
 */
import type { CreateVolumeRequest } from "../../../proto/gen/csi/v1/CreateVolumeRequest.ts";
import type { CreateVolumeResponseInit } from "../../../proto/gen/csi/v1/CreateVolumeResponse.ts";
import type { Places } from "../../backend/backend.ts";
import { CsiError } from "../errors.ts";
import { exclusive } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseName } from "../rules/name.ts";
import { parsePlaces } from "../rules/topology.ts";
import { hasName } from "./find-by-name.ts";
import type { Peer, Peers } from "./peers.ts";
import { candidates, peerOf, reachable, unavailable, withPool } from "./routing.ts";

interface Wish {
  readonly name: string;
  readonly places: Places | undefined;
  readonly request: CreateVolumeRequest;
}

export function routeCreateVolume(peers: Peers): Rpc<CreateVolumeRequest, Wish, CreateVolumeResponseInit> {
  /** Nodes that were told to make a name and whose answer has not come. */
  const unanswered = new Map<string, Set<string>>();

  async function createOn(peer: Peer, { name, request }: Wish, signal: AbortSignal): Promise<CreateVolumeResponseInit> {
    const nodes = unanswered.get(name) ?? new Set();
    unanswered.set(name, nodes.add(peer.node));
    try {
      const answer = await peer.call<CreateVolumeResponseInit>("CreateVolume", request, signal);
      unanswered.delete(name);
      return answer;
    } catch (error) {
      if (isFinal(error)) nodes.delete(peer.node);
      if (nodes.size === 0) unanswered.delete(name);
      throw error;
    }
  }

  return {
    name: "CreateVolume",
    parse: (request) => ({
      name: parseName(request.name),
      places: parsePlaces(request.accessibilityRequirements),
      request,
    }),
    locks: ({ name }) => [exclusive(`volume-name/${name}`)],

    async handle(wish, signal) {
      const all = peers.all();
      const silent = all.find(({ node, reachable }) => !reachable && unanswered.get(wish.name)?.has(node));
      if (silent !== undefined)
        throw unavailable(`node ${silent.node} may have made volume ${wish.name} and cannot be reached now`);
      const present = all.filter(({ reachable }) => reachable);
      if (present.length === 0) throw unavailable("no node can be reached now");
      const holders = await Promise.all(present.map((peer) => hasName(peer, "ListVolumes", wish.name, signal)));
      const holder = present.find((_, index) => holders[index]);
      if (holder !== undefined) return createOn(allowed(holder, wish, present), wish, signal);
      return (await askAgain(present, wish, signal)) ?? createOnFirst(placesFor(wish, present, peers), wish, signal);
    },
  };

  /**
   * A node that was told to make the volume and did not answer may still be at work, with nothing to show yet. It is
   * told again: only it can say what came of it.
   */
  async function askAgain(
    present: readonly Peer[],
    wish: Wish,
    signal: AbortSignal,
  ): Promise<CreateVolumeResponseInit | undefined> {
    for (const peer of present.filter(({ node }) => unanswered.get(wish.name)?.has(node))) {
      try {
        return await createOn(peer, wish, signal);
      } catch (error) {
        if (!isFinal(error) || (error as CsiError).code === "ALREADY_EXISTS") throw error;
      }
    }
    return undefined;
  }

  /** A node without room leaves it to the next one that the wish allows. */
  async function createOnFirst(
    places: readonly Peer[],
    wish: Wish,
    signal: AbortSignal,
  ): Promise<CreateVolumeResponseInit> {
    let last: unknown = new CsiError(
      "RESOURCE_EXHAUSTED",
      `no node of the requested topology can hold volume ${wish.name}`,
    );
    for (const peer of places) {
      try {
        return await createOn(peer, wish, signal);
      } catch (error) {
        if (!(error instanceof CsiError) || error.code !== "RESOURCE_EXHAUSTED") throw error;
        last = error;
      }
    }
    throw last;
  }
}

/** What an earlier try made stays where it is: asked for elsewhere, the CO must choose another place. */
function allowed(holder: Peer, { name, places }: Wish, present: readonly Peer[]): Peer {
  if (candidates(present, places).includes(holder)) return holder;
  throw new CsiError(
    "RESOURCE_EXHAUSTED",
    `volume ${name} is on node ${holder.node}, which the requested topology does not allow`,
  );
}

/** A copy is made where its source is; asked for elsewhere, the CO must choose another place: RESOURCE_EXHAUSTED. */
function placesFor({ places, request }: Wish, present: readonly Peer[], peers: Peers): readonly Peer[] {
  const allowed = candidates(present, places);
  const source = request.volumeContentSource;
  const id = source?.snapshot?.snapshotId ?? source?.volume?.volumeId;
  if (id === undefined || id === "") return withPool(allowed, peers.all(), request.parameters);
  const holder = reachable(peerOf(id, peers, "source"));
  if (allowed.includes(holder)) return [holder];
  throw new CsiError(
    "RESOURCE_EXHAUSTED",
    `the source ${id} is on node ${holder.node}, which the requested topology does not allow`,
  );
}

/** After these the sidecar asks again: the node may still be at work (facts: final codes). */
const isFinal = (error: unknown): boolean =>
  error instanceof CsiError && !["UNAVAILABLE", "ABORTED", "DEADLINE_EXCEEDED", "CANCELLED"].includes(error.code);
