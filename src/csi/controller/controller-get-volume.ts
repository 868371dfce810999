/**
 * ControllerGetVolume (alpha): one volume, as it is now.
 *
 * Spec: csi.proto v1.13, "ControllerGetVolume".
 *
 *   INVALID_ARGUMENT  volume_id is missing
 *   NOT_FOUND         the volume does not exist
 */
import type { ControllerGetVolumeRequest } from "../../../proto/gen/csi/v1/ControllerGetVolumeRequest.ts";
import type { ControllerGetVolumeResponseInit } from "../../../proto/gen/csi/v1/ControllerGetVolumeResponse.ts";
import { type Backend, noSuch, type VolumeId } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { statusInit, volumeInit } from "./volume-init.ts";

export const controllerGetVolume = (
  backend: Backend,
): Rpc<ControllerGetVolumeRequest, VolumeId, ControllerGetVolumeResponseInit> => ({
  name: "ControllerGetVolume",
  parse: (request) => parseVolumeId(request.volumeId),
  locks: noLocks,
  async handle(id, signal) {
    const volume = await backend.volumes.find(id, signal);
    if (volume === undefined) throw noSuch("volume", id);
    return { volume: volumeInit(volume, backend), status: statusInit(volume, backend) };
  },
});
