/**
 * ControllerUnpublishVolume: take a volume from a node, or from all nodes. What is not published succeeds.
 *
 * Spec: csi.proto v1.13, "ControllerUnpublishVolume". Called by external-attacher; a volume or node that is gone is
 * taken as unpublished, for the attacher treats NOT_FOUND as a failure.
 *
 *   INVALID_ARGUMENT  volume_id is missing
 */
import type { ControllerUnpublishVolumeRequest } from "../../../proto/gen/csi/v1/ControllerUnpublishVolumeRequest.ts";
import type { ControllerUnpublishVolumeResponseInit } from "../../../proto/gen/csi/v1/ControllerUnpublishVolumeResponse.ts";
import type { Attachments, NodeId, VolumeId } from "../../backend/backend.ts";
import { exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";

interface Wish {
  readonly volume: VolumeId;
  readonly node: NodeId | undefined;
}

export const controllerUnpublishVolume = (
  attachments: Attachments,
): Rpc<ControllerUnpublishVolumeRequest, Wish, ControllerUnpublishVolumeResponseInit> => ({
  name: "ControllerUnpublishVolume",
  parse: ({ volumeId, nodeId }) => ({
    volume: parseVolumeId(volumeId),
    node: nodeId === "" ? undefined : (nodeId as NodeId),
  }),
  locks: ({ volume }) => [exclusive(volumeKey(volume))],
  async handle({ volume, node }, signal) {
    await attachments.detach(volume, node, signal);
    return {};
  },
});
