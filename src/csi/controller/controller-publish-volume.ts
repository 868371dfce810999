/**
 * ControllerPublishVolume: make a volume available to a node, before the node stages it.
 *
 * Spec: csi.proto v1.13, "ControllerPublishVolume". Called by external-attacher for every VolumeAttachment.
 *
 *   INVALID_ARGUMENT     a required field is missing, or the capability is not offered
 *   NOT_FOUND            the volume or the node does not exist
 *   ALREADY_EXISTS       published to the node already, in another way
 *   FAILED_PRECONDITION  published to another node; the message names it
 *   RESOURCE_EXHAUSTED   the node has as many volumes as it can have
 */
import type { ControllerPublishVolumeRequest } from "../../../proto/gen/csi/v1/ControllerPublishVolumeRequest.ts";
import type { ControllerPublishVolumeResponseInit } from "../../../proto/gen/csi/v1/ControllerPublishVolumeResponse.ts";
import type { Attachments, AttachWish, Backend } from "../../backend/backend.ts";
import { invalid } from "../errors.ts";
import { exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseNodeId, parseVolumeId } from "../rules/id.ts";
import { isReaderOnly, objectionTo, parseCapability } from "../rules/volume-capability.ts";

export const controllerPublishVolume = (
  backend: Backend,
  attachments: Attachments,
): Rpc<ControllerPublishVolumeRequest, AttachWish, ControllerPublishVolumeResponseInit> => ({
  name: "ControllerPublishVolume",

  parse(request) {
    const volume = parseVolumeId(request.volumeId);
    const node = parseNodeId(request.nodeId);
    const capability = parseCapability(request.volumeCapability);
    const objection = objectionTo(capability, backend);
    if (objection !== undefined) throw invalid(`volume_capability: ${objection}`);
    return { volume, node, capability, readOnly: request.readonly || isReaderOnly(capability.mode) };
  },

  locks: ({ volume }) => [exclusive(volumeKey(volume))],

  handle: async (wish, signal) => ({ publishContext: { ...(await attachments.attach(wish, signal)) } }),
});
