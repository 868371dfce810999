/**
 * NodeUnstageVolume: undo NodeStageVolume. What is not staged succeeds.
 *
 * Spec: csi.proto v1.13, "NodeUnstageVolume". Called by kubelet after the last pod has gone.
 *
 *   INVALID_ARGUMENT     a required field is missing, or the path leads astray
 *   FAILED_PRECONDITION  still published or in use, or the path holds something else
 */
import type { NodeUnstageVolumeRequest } from "../../../proto/gen/csi/v1/NodeUnstageVolumeRequest.ts";
import type { NodeUnstageVolumeResponseInit } from "../../../proto/gen/csi/v1/NodeUnstageVolumeResponse.ts";
import type { VolumeId } from "../../backend/backend.ts";
import { planUnstage } from "../../node/plan-unstage.ts";
import { cutKey, exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { nowhere } from "./nowhere.ts";
import { carryOut, type NodeParts } from "./parts.ts";

interface Wish {
  readonly id: VolumeId;
  readonly stagingPath: string;
}

export const nodeUnstageVolume = (
  parts: NodeParts,
): Rpc<NodeUnstageVolumeRequest, Wish, NodeUnstageVolumeResponseInit> => ({
  name: "NodeUnstageVolume",
  parse: ({ volumeId, stagingTargetPath }) => ({
    id: parseVolumeId(volumeId),
    stagingPath: parts.paths.parse(stagingTargetPath, "staging_target_path"),
  }),
  locks: ({ id }) => [exclusive(volumeKey(id)), exclusive(cutKey(id))],
  async handle({ id, stagingPath: path }, signal) {
    const { node, host, paths } = parts;
    const source = await node.locate(id);
    const stagingPath = await paths.resolveMountPoint(path, "staging_target_path");
    const observed = await host.observe(source ?? nowhere, { staging: stagingPath }, signal);
    const facts = { volume: observed.volume, staging: observed.paths.staging };
    await carryOut(planUnstage({ volumeId: id, source, stagingPath }, facts), parts, signal);
    return {};
  },
});
