/**
 * DeleteVolume: remove a volume. Removing what is gone succeeds.
 *
 * Spec: csi.proto v1.13, "DeleteVolume". Called by external-provisioner until OK. Snapshots are independent of their
 * volume and stay.
 *
 *   INVALID_ARGUMENT     volume_id is missing
 *   FAILED_PRECONDITION  the volume is in use
 */
import type { DeleteVolumeRequest } from "../../../proto/gen/csi/v1/DeleteVolumeRequest.ts";
import type { DeleteVolumeResponseInit } from "../../../proto/gen/csi/v1/DeleteVolumeResponse.ts";
import type { Backend, VolumeId } from "../../backend/backend.ts";
import { exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";

export const deleteVolume = ({ volumes }: Backend): Rpc<DeleteVolumeRequest, VolumeId, DeleteVolumeResponseInit> => ({
  name: "DeleteVolume",
  parse: (request) => parseVolumeId(request.volumeId),
  locks: (id) => [exclusive(volumeKey(id))],
  async handle(id, signal) {
    await volumes.delete(id, signal);
    return {};
  },
});
