import type { ControllerGetVolumeHealthRequest } from "../../../proto/gen/csi/v1/ControllerGetVolumeHealthRequest.ts";
import type { ControllerGetVolumeHealthResponseInit } from "../../../proto/gen/csi/v1/ControllerGetVolumeHealthResponse.ts";
import type { ControllerListVolumeHealthRequest } from "../../../proto/gen/csi/v1/ControllerListVolumeHealthRequest.ts";
import type { ControllerListVolumeHealthResponseInit } from "../../../proto/gen/csi/v1/ControllerListVolumeHealthResponse.ts";
import type { VolumeHealthInit } from "../../../proto/gen/csi/v1/VolumeHealth.ts";
import { invalid } from "../errors.ts";
import { type AnyRpc, noLocks, type Rpc } from "../rpc.ts";
import { withinLimit } from "../rules/field-limits.ts";
import { parsePage, tokenOf } from "../rules/page.ts";
import type { MergedList, VolumeEntry } from "./merged-list.ts";
import type { Peer, Peers } from "./peers.ts";
import { peerOf } from "./routing.ts";

/** Health of all nodes. Volumes of a node that is away are inaccessible, which is what their users see. */
export const routeHealth = (peers: Peers, volumes: MergedList<VolumeEntry>): readonly AnyRpc[] => [
  listVolumeHealth(peers, volumes) as AnyRpc,
  getVolumeHealth(peers, volumes) as AnyRpc,
];

const getVolumeHealth = (
  peers: Peers,
  volumes: MergedList<VolumeEntry>,
): Rpc<ControllerGetVolumeHealthRequest, ControllerGetVolumeHealthRequest, ControllerGetVolumeHealthResponseInit> => ({
  name: "ControllerGetVolumeHealth",
  parse(request) {
    if (request.volumeId === "") throw invalid("volume_id is required");
    return request;
  },
  locks: noLocks,
  async handle(request, signal) {
    const away = awayVolumes(peers, volumes).find(({ volumeId }) => volumeId === request.volumeId);
    if (away !== undefined) return { volumeHealth: away };
    return peerOf(request.volumeId, peers, "volume").call("ControllerGetVolumeHealth", request, signal);
  },
});

/** Few volumes are unwell, so all of them are gathered and the page is cut from that. */
const listVolumeHealth = (
  peers: Peers,
  volumes: MergedList<VolumeEntry>,
): Rpc<
  ControllerListVolumeHealthRequest,
  ControllerListVolumeHealthRequest,
  ControllerListVolumeHealthResponseInit
> => ({
  name: "ControllerListVolumeHealth",
  parse: (request) => request,
  locks: noLocks,
  async handle({ maxEntries, startingToken }, signal) {
    const { after, limit } = parsePage(maxEntries, startingToken);
    const present = peers.all().filter(({ reachable }) => reachable);
    const unwell = (await Promise.all(present.map((peer) => unwellOf(peer, signal)))).flat();
    const all = [...unwell, ...awayVolumes(peers, volumes)].sort((a, b) =>
      (a.volumeId ?? "") < (b.volumeId ?? "") ? -1 : 1,
    );
    const rest = after === undefined ? all : all.filter(({ volumeId }) => (volumeId ?? "") > after);
    const entries = rest.slice(0, Math.min(limit ?? 500, 500));
    return { entries, nextToken: tokenOf(entries.length < rest.length ? entries.at(-1)?.volumeId : undefined) };
  },
});

async function unwellOf(peer: Peer, signal: AbortSignal): Promise<readonly VolumeHealthInit[]> {
  const entries: VolumeHealthInit[] = [];
  let startingToken = "";
  do {
    const request = { maxEntries: 500, startingToken };
    const page = await peer.call<{ entries: VolumeHealthInit[]; nextToken: string }>(
      "ControllerListVolumeHealth",
      request,
      signal,
    );
    entries.push(...page.entries);
    startingToken = page.nextToken;
  } while (startingToken !== "");
  return entries;
}

const awayVolumes = (peers: Peers, volumes: MergedList<VolumeEntry>): readonly VolumeHealthInit[] =>
  peers
    .all()
    .filter(({ reachable }) => !reachable)
    .flatMap(({ node, pools }) =>
      pools.flatMap((pool) => volumes.knownOf(pool)).map(({ volume }) => unreachable(volume?.volumeId ?? "", node)),
    );

const unreachable = (volumeId: string, node: string): VolumeHealthInit => ({
  volumeId,
  healthStatuses: [
    { status: "INACCESSIBLE", reason: "NodeUnreachable", message: withinLimit(`node ${node} cannot be reached`) },
  ],
});
