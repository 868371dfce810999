/**
 * ControllerModifyVolume: change what may be changed of a volume (iops, throughput, type), while it is used.
 *
 * Spec: csi.proto v1.13, "ControllerModifyVolume". Called by external-resizer when a claim's VolumeAttributesClass
 * changes. Only keys that are given are changed.
 *
 *   INVALID_ARGUMENT  volume_id is missing, or a parameter cannot be changed; nothing was changed then
 *   NOT_FOUND         the volume does not exist
 */
import type { ControllerModifyVolumeRequest } from "../../../proto/gen/csi/v1/ControllerModifyVolumeRequest.ts";
import type { ControllerModifyVolumeResponseInit } from "../../../proto/gen/csi/v1/ControllerModifyVolumeResponse.ts";
import { type Backend, type Modification, noSuch, type VolumeId } from "../../backend/backend.ts";
import { changeLock } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";

interface Wish {
  readonly id: VolumeId;
  readonly parameters: Readonly<Record<string, string>>;
}

export const controllerModifyVolume = (
  backend: Backend,
  modification: Modification,
): Rpc<ControllerModifyVolumeRequest, Wish, ControllerModifyVolumeResponseInit> => ({
  name: "ControllerModifyVolume",
  parse: ({ volumeId, mutableParameters }) => ({ id: parseVolumeId(volumeId), parameters: mutableParameters }),
  locks: ({ id }) => [changeLock(id, backend.expansion?.joinsModification ?? false)],
  async handle({ id, parameters }, signal) {
    // a volume that is not there is told before a key that is not known: the order in which a CO can act on it
    if ((await backend.volumes.find(id, signal)) === undefined) throw noSuch("volume", id);
    await modification.modify(id, backend.parameters.parseMutable(parameters), signal);
    return {};
  },
});
