/**
 * NodeUnpublishVolume: take a volume away from a pod's path, and the path with it. What is not there succeeds.
 *
 * Spec: csi.proto v1.13, "NodeUnpublishVolume". Called by kubelet when a pod has ended.
 *
 *   INVALID_ARGUMENT     a required field is missing, or the path leads astray
 *   FAILED_PRECONDITION  in use, or the path holds something that is not this volume
 */
import type { NodeUnpublishVolumeRequest } from "../../../proto/gen/csi/v1/NodeUnpublishVolumeRequest.ts";
import type { NodeUnpublishVolumeResponseInit } from "../../../proto/gen/csi/v1/NodeUnpublishVolumeResponse.ts";
import type { VolumeId } from "../../backend/backend.ts";
import { planUnpublish } from "../../node/plan-unpublish.ts";
import { cutKey, exclusive, targetKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { inlineLocks } from "./inline.ts";
import { nowhere } from "./nowhere.ts";
import { carryOut, type NodeParts } from "./parts.ts";
import { unpublishInline } from "./publish-inline.ts";

interface Wish {
  readonly id: VolumeId;
  readonly targetPath: string;
}

export const nodeUnpublishVolume = (
  parts: NodeParts,
): Rpc<NodeUnpublishVolumeRequest, Wish, NodeUnpublishVolumeResponseInit> => ({
  name: "NodeUnpublishVolume",
  parse: ({ volumeId, targetPath }) => ({
    id: parseVolumeId(volumeId),
    targetPath: parts.paths.parse(targetPath, "target_path"),
  }),
  locks: ({ id, targetPath }) => [
    ...inlineLocks(id, parts.backend.volumes),
    exclusive(targetKey(targetPath)),
    exclusive(cutKey(id)),
  ],
  async handle({ id, targetPath: path }, signal) {
    if (await unpublishInline(id, path, parts, signal)) return {};
    const { node, host, paths } = parts;
    const source = await node.locate(id);
    const targetPath = await paths.resolveMountPoint(path, "target_path");
    const observed = await host.observe(source ?? nowhere, { target: targetPath }, signal);
    const facts = { volume: observed.volume, target: observed.paths.target };
    await carryOut(planUnpublish({ volumeId: id, source, targetPath }, facts), parts, signal);
    return {};
  },
});
