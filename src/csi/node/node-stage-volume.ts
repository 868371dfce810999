/**
 * NodeStageVolume: make a volume ready on this node: attached, formatted once, checked, mounted at the staging path.
 *
 * Spec: csi.proto v1.13, "NodeStageVolume". Called by kubelet before the first pod uses the volume, and again after
 * every restart of its own.
 *
 *   INVALID_ARGUMENT     a required field is missing, a path leads astray, or the capability is not offered
 *   NOT_FOUND            the volume does not exist here
 *   ALREADY_EXISTS       staged there already, in another way
 *   FAILED_PRECONDITION  the volume cannot be used so, or holds something that must not be formatted over
 *   ABORTED              it is still being detached, or a program holds what was to be formatted
 */
import type { NodeStageVolumeRequest } from "../../../proto/gen/csi/v1/NodeStageVolumeRequest.ts";
import type { NodeStageVolumeResponseInit } from "../../../proto/gen/csi/v1/NodeStageVolumeResponse.ts";
import { type Capability, noSuch, type VolumeId } from "../../backend/backend.ts";
import type { Said } from "../../backend/node-backend.ts";
import { planStage } from "../../node/plan-stage.ts";
import { invalid } from "../errors.ts";
import { exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { isReaderOnly, objectionTo, parseCapability } from "../rules/volume-capability.ts";
import { carryOut, type NodeParts } from "./parts.ts";

interface Wish {
  readonly id: VolumeId;
  readonly stagingPath: string;
  readonly capability: Capability;
  readonly said: Said;
}

export const nodeStageVolume = (parts: NodeParts): Rpc<NodeStageVolumeRequest, Wish, NodeStageVolumeResponseInit> => ({
  name: "NodeStageVolume",

  parse(request) {
    const id = parseVolumeId(request.volumeId);
    const stagingPath = parts.paths.parse(request.stagingTargetPath, "staging_target_path");
    const capability = parseCapability(request.volumeCapability);
    const objection = objectionTo(capability, parts.backend);
    if (objection !== undefined) throw invalid(`volume_capability: ${objection}`);
    const { publishContext, volumeContext } = request;
    const fsType = capability.access.kind === "mount" ? capability.access.fsType : undefined;
    return { id, stagingPath, capability, said: { publishContext, volumeContext, fsType } };
  },

  locks: ({ id }) => [exclusive(volumeKey(id))],

  async handle(wish, signal) {
    const { node, host, paths } = parts;
    const volume = await node.find(wish.id, wish.said, signal);
    if (volume === undefined) throw noSuch("volume", wish.id);
    const stagingPath = await paths.resolveMountPoint(wish.stagingPath, "staging_target_path");
    const observed = await host.observe(volume.source, { staging: stagingPath }, signal);
    const isGone = volume.source.kind === "image" && observed.volume.backing === undefined;
    const contents = isGone ? ({ kind: "blank" } as const) : await host.probe(volume.source, signal);
    const heldElsewhere = await host.isHeldElsewhere(volume.source, signal);
    const facts = { volume: observed.volume, staging: observed.paths.staging, heldElsewhere, contents };
    const readOnly = volume.readOnly || isReaderOnly(wish.capability.mode);
    await carryOut(planStage({ volume, stagingPath, access: wish.capability.access, readOnly }, facts), parts, signal);
    return {};
  },
});
