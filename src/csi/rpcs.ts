import type { Backend } from "../backend/backend.ts";
import { controllerExpandVolume } from "./controller/controller-expand-volume.ts";
import { controllerGetCapabilities } from "./controller/controller-get-capabilities.ts";
import { controllerGetVolume } from "./controller/controller-get-volume.ts";
import { controllerGetVolumeHealth } from "./controller/controller-get-volume-health.ts";
import { controllerListVolumeHealth } from "./controller/controller-list-volume-health.ts";
import { controllerModifyVolume } from "./controller/controller-modify-volume.ts";
import { controllerPublishVolume } from "./controller/controller-publish-volume.ts";
import { controllerUnpublishVolume } from "./controller/controller-unpublish-volume.ts";
import { createSnapshot } from "./controller/create-snapshot.ts";
import { createVolume } from "./controller/create-volume.ts";
import { deleteSnapshot } from "./controller/delete-snapshot.ts";
import { deleteVolume } from "./controller/delete-volume.ts";
import { getCapacity } from "./controller/get-capacity.ts";
import { getSnapshot } from "./controller/get-snapshot.ts";
import { listSnapshots } from "./controller/list-snapshots.ts";
import { listVolumes } from "./controller/list-volumes.ts";
import { validateVolumeCapabilities } from "./controller/validate-volume-capabilities.ts";
import { createVolumeGroupSnapshot } from "./group-controller/create-volume-group-snapshot.ts";
import { deleteVolumeGroupSnapshot } from "./group-controller/delete-volume-group-snapshot.ts";
import { getVolumeGroupSnapshot } from "./group-controller/get-volume-group-snapshot.ts";
import { groupControllerGetCapabilities } from "./group-controller/group-controller-get-capabilities.ts";
import { getPluginCapabilities } from "./identity/get-plugin-capabilities.ts";
import { getPluginInfo, type PluginInfo } from "./identity/get-plugin-info.ts";
import { probe } from "./identity/probe.ts";
import { nodeExpandVolume } from "./node/node-expand-volume.ts";
import { nodeGetCapabilities } from "./node/node-get-capabilities.ts";
import { nodeGetInfo } from "./node/node-get-info.ts";
import { nodeGetStorageHealth } from "./node/node-get-storage-health.ts";
import { nodeGetVolumeHealth } from "./node/node-get-volume-health.ts";
import { nodeGetVolumeStats } from "./node/node-get-volume-stats.ts";
import { nodePublishVolume } from "./node/node-publish-volume.ts";
import { nodeStageVolume } from "./node/node-stage-volume.ts";
import { nodeUnpublishVolume } from "./node/node-unpublish-volume.ts";
import { nodeUnstageVolume } from "./node/node-unstage-volume.ts";
import type { NodeParts } from "./node/parts.ts";
import type { AnyRpc } from "./rpc.ts";
import { getMetadataAllocated } from "./snapshot-metadata/get-metadata-allocated.ts";
import { getMetadataDelta } from "./snapshot-metadata/get-metadata-delta.ts";

/** The RPCs that a backend can serve, in the specification's order. What is missing here answers UNIMPLEMENTED. */
export const identityRpcs = (backend: Backend, info: PluginInfo, controller: boolean): readonly AnyRpc[] => [
  getPluginInfo(info),
  getPluginCapabilities(backend, controller),
  probe(backend),
];

export function controllerRpcs(backend: Backend): readonly AnyRpc[] {
  const { attachments, expansion, snapshots, capacity, modification, health } = backend;
  return [
    createVolume(backend),
    deleteVolume(backend),
    ...(attachments === undefined
      ? []
      : [controllerPublishVolume(backend, attachments), controllerUnpublishVolume(attachments)]),
    validateVolumeCapabilities(backend),
    listVolumes(backend),
    ...(health === undefined ? [] : [controllerListVolumeHealth(health), controllerGetVolumeHealth(health)]),
    ...(capacity === undefined ? [] : [getCapacity(backend, capacity)]),
    controllerGetCapabilities(backend),
    ...(snapshots === undefined ? [] : [createSnapshot(backend, snapshots), deleteSnapshot(snapshots)]),
    ...(snapshots === undefined ? [] : [listSnapshots(backend, snapshots), getSnapshot(backend, snapshots)]),
    ...(expansion === undefined ? [] : [controllerExpandVolume(backend, expansion)]),
    controllerGetVolume(backend),
    ...(modification === undefined ? [] : [controllerModifyVolume(backend, modification)]),
  ];
}

export function groupControllerRpcs(backend: Backend): readonly AnyRpc[] {
  const { groups } = backend;
  if (groups === undefined) return [];
  return [
    groupControllerGetCapabilities(),
    createVolumeGroupSnapshot(backend, groups),
    deleteVolumeGroupSnapshot(groups),
    getVolumeGroupSnapshot(backend, groups),
  ];
}

export function snapshotMetadataRpcs({ blocks, snapshots }: Backend): readonly AnyRpc[] {
  if (blocks === undefined || snapshots === undefined) return [];
  return [getMetadataAllocated(blocks), getMetadataDelta(blocks, snapshots)];
}

export function nodeRpcs(backend: Backend, parts: NodeParts): readonly AnyRpc[] {
  const { node } = parts;
  return [
    ...(node.unstaged ? [] : [nodeStageVolume(parts), nodeUnstageVolume(parts)]),
    nodePublishVolume(parts),
    nodeUnpublishVolume(parts),
    nodeGetVolumeStats(parts),
    ...(node.health === undefined ? [] : [nodeGetVolumeHealth(parts, node.health.bind(node))]),
    ...(node.storageHealth === undefined ? [] : [nodeGetStorageHealth(node.storageHealth.bind(node))]),
    ...(backend.expansion === undefined ? [] : [nodeExpandVolume(parts)]),
    nodeGetCapabilities(backend, node),
    nodeGetInfo(node),
  ];
}
