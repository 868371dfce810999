/**
 * NodePublishVolume: show a staged volume at a pod's path.
 *
 * Spec: csi.proto v1.13, "NodePublishVolume". Called by kubelet for every pod that uses the volume.
 *
 *   INVALID_ARGUMENT     a required field is missing, a path leads astray, or the capability is not offered
 *   NOT_FOUND            the volume does not exist here
 *   ALREADY_EXISTS       published there already, in another way
 *   FAILED_PRECONDITION  not staged, cannot be shown at that path, or its access mode allows no second one
 *   ABORTED              it is still being detached
 */
import type { NodePublishVolumeRequest } from "../../../proto/gen/csi/v1/NodePublishVolumeRequest.ts";
import type { NodePublishVolumeResponseInit } from "../../../proto/gen/csi/v1/NodePublishVolumeResponse.ts";
import { type Capability, noSuch, type VolumeId } from "../../backend/backend.ts";
import type { Said } from "../../backend/node-backend.ts";
import { planPublish } from "../../node/plan-publish.ts";
import { invalid, precondition } from "../errors.ts";
import { exclusive, type Lock, publishKey, shared, targetKey, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { allowsManyTargets, isReaderOnly, objectionTo, parseCapability } from "../rules/volume-capability.ts";
import { type InlineWish, inlineLocks, isInline, parseInline } from "./inline.ts";
import { carryOut, type NodeParts } from "./parts.ts";
import { publishInline } from "./publish-inline.ts";

interface Wish {
  readonly id: VolumeId;
  /** Undefined where volumes are not staged. */
  readonly stagingPath: string | undefined;
  readonly targetPath: string;
  readonly capability: Capability;
  readonly readOnly: boolean;
  readonly said: Said;
  /** Set for a volume that is made here and now, for this pod alone. */
  readonly inline: InlineWish | undefined;
}

export const nodePublishVolume = (
  parts: NodeParts,
): Rpc<NodePublishVolumeRequest, Wish, NodePublishVolumeResponseInit> => ({
  name: "NodePublishVolume",

  parse(request) {
    const id = parseVolumeId(request.volumeId);
    const targetPath = parts.paths.parse(request.targetPath, "target_path");
    const capability = parseCapability(request.volumeCapability);
    const objection = objectionTo(capability, parts.backend);
    if (objection !== undefined) throw invalid(`volume_capability: ${objection}`);
    const readOnly = request.readonly || isReaderOnly(capability.mode);
    const { publishContext, volumeContext } = request;
    const common = { id, targetPath, capability, readOnly, said: { publishContext, volumeContext } };
    if (isInline(volumeContext)) {
      if (capability.access.kind === "block") throw invalid("volume_capability: inline volumes are filesystems");
      const inline = parseInline(id, volumeContext, parts.backend, parts.inline);
      return { ...common, stagingPath: undefined, inline };
    }
    return { ...common, stagingPath: parseStagingPath(request.stagingTargetPath, parts), inline: undefined };
  },

  locks: ({ id, targetPath, capability, inline }) => [
    ...(inline === undefined ? publishLocks(id, capability) : inlineLocks(id, parts.backend.volumes)),
    exclusive(targetKey(targetPath)),
  ],

  async handle(wish, signal) {
    const { inline } = wish;
    if (inline !== undefined) {
      await publishInline({ ...wish, inline }, parts, signal);
      return {};
    }
    const { node, host, paths, backstage } = parts;
    const volume = await node.find(wish.id, wish.said, signal);
    if (volume === undefined) throw noSuch("volume", wish.id);
    const targetPath = await paths.resolveMountPoint(wish.targetPath, "target_path");
    const stagingPath =
      wish.stagingPath === undefined
        ? targetPath
        : await paths.resolveMountPoint(wish.stagingPath, "staging_target_path");
    const observed = await host.observe(volume.source, { staging: stagingPath, target: targetPath }, signal);
    const facts = { volume: observed.volume, ...observed.paths };
    const { access, mode } = wish.capability;
    const where = { stagingPath, targetPath, backstagePath: backstage() };
    const how = { access, readOnly: wish.readOnly, manyTargets: allowsManyTargets(mode) };
    await carryOut(planPublish({ volume, ...where, ...how }, facts), parts, signal);
    return {};
  },
});

/** Beside a snapshot; beside another publish only where the mode allows both, for each looks whether it is alone. */
const publishLocks = (id: VolumeId, { mode }: Capability): readonly Lock[] => [
  shared(volumeKey(id)),
  { key: publishKey(id), shared: allowsManyTargets(mode) },
];

function parseStagingPath(path: string, { node, paths }: NodeParts): string | undefined {
  if (node.unstaged) return undefined;
  if (path === "") throw precondition("staging_target_path is not set; call NodeStageVolume first");
  return paths.parse(path, "staging_target_path");
}
