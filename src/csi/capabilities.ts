import type { _csi_v1_ControllerServiceCapability_RPC_Type as ControllerRpc } from "../../proto/gen/csi/v1/ControllerServiceCapability.ts";
import type { _csi_v1_NodeServiceCapability_RPC_Type as NodeRpc } from "../../proto/gen/csi/v1/NodeServiceCapability.ts";
import type { _csi_v1_PluginCapability_Service_Type as PluginService } from "../../proto/gen/csi/v1/PluginCapability.ts";
import type { Backend } from "../backend/backend.ts";
import type { NodeBackend } from "../backend/node-backend.ts";

/** What is advertised is what is there: derived, never listed twice. */
export function controllerCapabilities(backend: Backend): readonly ControllerRpc[] {
  const { attachments, expansion, snapshots, cloning, capacity, modification, health } = backend;
  return offered<ControllerRpc>([
    ["CREATE_DELETE_VOLUME", true],
    ["PUBLISH_UNPUBLISH_VOLUME", attachments !== undefined],
    ["LIST_VOLUMES", true],
    ["GET_CAPACITY", capacity !== undefined],
    ["CREATE_DELETE_SNAPSHOT", snapshots !== undefined],
    ["LIST_SNAPSHOTS", snapshots !== undefined],
    ["CLONE_VOLUME", cloning?.sources.has("volume") ?? false],
    ["PUBLISH_READONLY", attachments !== undefined],
    ["EXPAND_VOLUME", expansion !== undefined],
    ["LIST_VOLUMES_PUBLISHED_NODES", attachments !== undefined],
    ["GET_VOLUME", true],
    ["SINGLE_NODE_MULTI_WRITER", canTellWriters(backend)],
    ["MODIFY_VOLUME", modification !== undefined],
    ["GET_SNAPSHOT", snapshots !== undefined],
    ["GET_VOLUME_HEALTH", health !== undefined],
    ["LIST_VOLUME_HEALTH", health !== undefined],
  ]);
}

export function nodeCapabilities(backend: Backend, node: NodeBackend): readonly NodeRpc[] {
  return offered<NodeRpc>([
    ["STAGE_UNSTAGE_VOLUME", node.unstaged === undefined],
    ["GET_VOLUME_STATS", true],
    ["EXPAND_VOLUME", backend.expansion !== undefined],
    ["SINGLE_NODE_MULTI_WRITER", canTellWriters(backend)],
    ["GET_VOLUME_HEALTH", node.health !== undefined],
    ["GET_STORAGE_HEALTH", node.storageHealth !== undefined],
  ]);
}

/** `controller`: whether this process, or one that it forwards to, serves the Controller. */
export function pluginServices(backend: Backend, controller: boolean): readonly PluginService[] {
  return offered<PluginService>([
    ["CONTROLLER_SERVICE", controller],
    ["VOLUME_ACCESSIBILITY_CONSTRAINTS", backend.hasTopology],
    ["GROUP_CONTROLLER_SERVICE", controller && backend.groups !== undefined],
    ["SNAPSHOT_METADATA_SERVICE", controller && backend.blocks !== undefined && backend.snapshots !== undefined],
    ["SNAPSHOT_ACCESSIBILITY_CONSTRAINTS", backend.hasTopology && backend.snapshots !== undefined],
  ]);
}

const canTellWriters = ({ accessModes }: Backend): boolean =>
  accessModes.has("SINGLE_NODE_SINGLE_WRITER") && accessModes.has("SINGLE_NODE_MULTI_WRITER");

const offered = <Name>(table: readonly (readonly [Name, boolean])[]): readonly Name[] =>
  table.filter(([, isOffered]) => isOffered).map(([name]) => name);
