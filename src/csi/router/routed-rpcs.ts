import type { CreateVolumeGroupSnapshotRequest } from "../../../proto/gen/csi/v1/CreateVolumeGroupSnapshotRequest.ts";
import type { GetCapacityRequest } from "../../../proto/gen/csi/v1/GetCapacityRequest.ts";
import type { ListSnapshotsRequest } from "../../../proto/gen/csi/v1/ListSnapshotsRequest.ts";
import type { ListSnapshotsResponseInit } from "../../../proto/gen/csi/v1/ListSnapshotsResponse.ts";
import type { ListVolumesRequest } from "../../../proto/gen/csi/v1/ListVolumesRequest.ts";
import type { ListVolumesResponseInit } from "../../../proto/gen/csi/v1/ListVolumesResponse.ts";
import { invalid, precondition } from "../errors.ts";
import { getPluginInfo, type PluginInfo } from "../identity/get-plugin-info.ts";
import { probe } from "../identity/probe.ts";
import { type AnyRpc, noLocks, type Rpc } from "../rpc.ts";
import { parsePage, tokenOf } from "../rules/page.ts";
import { parseTopology } from "../rules/topology.ts";
import { routeCreateVolume } from "./create-volume.ts";
import { routeHealth } from "./health.ts";
import { MergedList, type VolumeEntry } from "./merged-list.ts";
import type { Peer, Peers } from "./peers.ts";
import { isAt, isOurs, peerOf, unavailable, withPool } from "./routing.ts";

/**
 * The controller of a cluster whose volumes live on nodes: it chooses the node and forwards the very call. Each node
 * validates, locks and answers as it would alone, so there is no second set of rules here, and no database.
 */
export function routedRpcs(peers: Peers, info: PluginInfo) {
  const volumes = new MergedList<VolumeEntry>(peers, "ListVolumes", ({ volume }) => volume?.volumeId ?? "");
  const snapshots = new MergedList<SnapshotEntry>(peers, "ListSnapshots", ({ snapshot }) => snapshot?.snapshotId ?? "");
  return {
    Identity: [
      getPluginInfo(info),
      toAny(peers, "GetPluginCapabilities"),
      probe({ ready: async () => peers.all().some(({ reachable }) => reachable) }),
    ],
    Controller: [
      routeCreateVolume(peers) as AnyRpc,
      byId(peers, "DeleteVolume", "volumeId", "gone"),
      byId(peers, "ControllerPublishVolume", "volumeId"),
      byId(peers, "ControllerUnpublishVolume", "volumeId", "gone"),
      byId(peers, "ValidateVolumeCapabilities", "volumeId"),
      listVolumes(volumes) as AnyRpc,
      ...routeHealth(peers, volumes),
      getCapacity(peers) as AnyRpc,
      toAny(peers, "ControllerGetCapabilities"),
      byId(peers, "CreateSnapshot", "sourceVolumeId"),
      byId(peers, "DeleteSnapshot", "snapshotId", "gone"),
      listSnapshots(peers, snapshots) as AnyRpc,
      byId(peers, "GetSnapshot", "snapshotId"),
      byId(peers, "ControllerExpandVolume", "volumeId"),
      byId(peers, "ControllerGetVolume", "volumeId"),
      byId(peers, "ControllerModifyVolume", "volumeId"),
    ],
    GroupController: [
      toAny(peers, "GroupControllerGetCapabilities"),
      createGroup(peers) as AnyRpc,
      byId(peers, "DeleteVolumeGroupSnapshot", "groupSnapshotId", "gone"),
      byId(peers, "GetVolumeGroupSnapshot", "groupSnapshotId"),
    ],
    SnapshotMetadata: [
      streamById(peers, "GetMetadataAllocated", "snapshotId"),
      streamById(peers, "GetMetadataDelta", "targetSnapshotId"),
    ],
  };
}

type SnapshotEntry = NonNullable<ListSnapshotsResponseInit["entries"]>[number];

/** Forwarded to the node whose pool the id names. `gone`: what cannot be one of ours is gone already, which succeeds. */
const byId = (peers: Peers, name: string, field: string, absent?: "gone"): AnyRpc => ({
  name,
  parse: (request) => parseIdIn(request, field),
  locks: noLocks,
  async handle(wish, signal) {
    const { id, request } = wish as { id: string; request: object };
    if (absent === "gone" && !isOurs(id)) return {};
    return peerOf(id, peers, field.replace(/Id$/, "")).call(name, request, signal);
  },
});

/** The same, message by message. */
const streamById = (peers: Peers, name: string, field: string): AnyRpc => ({
  name,
  parse: (request) => parseIdIn(request, field),
  locks: noLocks,
  async handle(wish, signal) {
    const { id, request } = wish as { id: string; request: object };
    return peerOf(id, peers, field.replace(/Id$/, "")).stream(name, request, signal);
  },
});

function parseIdIn(request: object, field: string): { readonly id: string; readonly request: object } {
  const id: unknown = Reflect.get(request, field);
  if (typeof id !== "string" || id === "") throw invalid(`${protoName(field)} is required`);
  return { id, request };
}

/** What every node answers alike is asked of any that can be reached. */
const toAny = (peers: Peers, name: string): AnyRpc => ({
  name,
  quiet: true,
  parse: (request) => request,
  locks: noLocks,
  async handle(request, signal) {
    const peer = peers.all().find(({ reachable }) => reachable);
    if (peer === undefined) throw unavailable("no node can be reached now");
    return peer.call(name, request as object, signal);
  },
});

const listVolumes = (
  list: MergedList<VolumeEntry>,
): Rpc<ListVolumesRequest, ListVolumesRequest, ListVolumesResponseInit> => ({
  name: "ListVolumes",
  parse: (request) => request,
  locks: noLocks,
  async handle({ maxEntries, startingToken }, signal) {
    const { entries, next } = await list.page(parsePage(maxEntries, startingToken), {}, signal);
    return { entries: [...entries], nextToken: tokenOf(next) };
  },
});

/** Of one volume, or one snapshot: its node knows. Otherwise a page of all. */
const listSnapshots = (
  peers: Peers,
  list: MergedList<SnapshotEntry>,
): Rpc<ListSnapshotsRequest, ListSnapshotsRequest, ListSnapshotsResponseInit> => ({
  name: "ListSnapshots",
  parse: (request) => request,
  locks: noLocks,
  async handle(request, signal) {
    const page = parsePage(request.maxEntries, request.startingToken);
    const id = request.snapshotId || request.sourceVolumeId;
    if (id !== "")
      return isOurs(id)
        ? peerOf(id, peers, "snapshot or volume").call("ListSnapshots", request, signal)
        : { entries: [] };
    const { entries, next } = await list.page(page, {}, signal);
    return { entries: [...entries], nextToken: tokenOf(next) };
  },
});

/** Of a place: its node's. Of no place: of all that can be reached, and of the largest volume that one of them takes. */
const getCapacity = (peers: Peers): Rpc<GetCapacityRequest, GetCapacityRequest, object> => ({
  name: "GetCapacity",
  parse: (request) => request,
  locks: noLocks,
  async handle(request, signal) {
    const place = request.accessibleTopology === null ? undefined : parseTopology(request.accessibleTopology);
    const there = peers.all().filter((peer) => peer.reachable && (place === undefined || isAt(peer, place)));
    const wanted = withPool(there, peers.all(), request.parameters);
    const answers = await Promise.all(wanted.map((peer) => peer.call<Capacity>("GetCapacity", request, signal)));
    const sum = answers.reduce((bytes, { availableCapacity }) => bytes + Number(availableCapacity), 0);
    const largest = Math.max(0, ...answers.map(({ maximumVolumeSize }) => Number(maximumVolumeSize?.value ?? 0)));
    const minimumVolumeSize = answers[0]?.minimumVolumeSize ?? null;
    return { availableCapacity: sum, maximumVolumeSize: { value: largest }, minimumVolumeSize };
  },
});

interface Capacity {
  readonly availableCapacity: string;
  readonly maximumVolumeSize: { readonly value: string } | null;
  readonly minimumVolumeSize: { readonly value: string } | null;
}

/** One instant needs one node. */
const createGroup = (
  peers: Peers,
): Rpc<CreateVolumeGroupSnapshotRequest, CreateVolumeGroupSnapshotRequest, object> => ({
  name: "CreateVolumeGroupSnapshot",
  parse(request) {
    if (request.sourceVolumeIds.length === 0) throw invalid("source_volume_ids is required");
    return request;
  },
  locks: noLocks,
  async handle(request, signal) {
    const holders = new Set<Peer>(request.sourceVolumeIds.map((id) => peerOf(id, peers, "volume")));
    const [holder, ...others] = holders;
    if (holder === undefined || others.length > 0) {
      throw precondition(
        `the volumes are on the nodes ${[...holders].map(({ node }) => node).join(", ")}; a group snapshot needs them on one`,
      );
    }
    return holder.call("CreateVolumeGroupSnapshot", request, signal);
  },
});

const protoName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
