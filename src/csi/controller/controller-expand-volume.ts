/**
 * ControllerExpandVolume: make a volume larger, mounted or not. One that is large enough already is left as it is.
 *
 * Spec: csi.proto v1.13, "ControllerExpandVolume". Called by external-resizer when a claim asks for more; kubelet then
 * calls NodeExpandVolume where `node_expansion_required` says so.
 *
 *   INVALID_ARGUMENT    a required field is missing, or the capability is not the volume's
 *   NOT_FOUND           the volume does not exist
 *   OUT_OF_RANGE        the size is not possible, or the volume is larger than limit_bytes already
 *   RESOURCE_EXHAUSTED  no room
 *   ABORTED             the volume is being copied, and has to stay as it is
 */
import type { ControllerExpandVolumeRequest } from "../../../proto/gen/csi/v1/ControllerExpandVolumeRequest.ts";
import type { ControllerExpandVolumeResponseInit } from "../../../proto/gen/csi/v1/ControllerExpandVolumeResponse.ts";
import { type Access, type Backend, type Expansion, noSuch, type VolumeId } from "../../backend/backend.ts";
import { invalid, outOfRange } from "../errors.ts";
import { changeLock } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { chooseSize, parseRequiredSizeRange, type SizeRange } from "../rules/size.ts";
import { parseCapability } from "../rules/volume-capability.ts";

interface Wish {
  readonly id: VolumeId;
  readonly size: SizeRange;
  readonly access: Access["kind"] | undefined;
}

export const controllerExpandVolume = (
  backend: Backend,
  expansion: Expansion,
): Rpc<ControllerExpandVolumeRequest, Wish, ControllerExpandVolumeResponseInit> => ({
  name: "ControllerExpandVolume",

  parse: ({ volumeId, capacityRange, volumeCapability }) => ({
    id: parseVolumeId(volumeId),
    size: parseRequiredSizeRange(capacityRange),
    access: volumeCapability === null ? undefined : parseCapability(volumeCapability).access.kind,
  }),

  locks: ({ id }) => [changeLock(id, expansion.joinsModification ?? false)],

  async handle({ id, size, access }, signal) {
    const volume = await backend.volumes.find(id, signal);
    if (volume === undefined) throw noSuch("volume", id);
    if (access !== undefined && !volume.creation.kinds.includes(access)) {
      throw invalid(
        `volume_capability: volume ${id} was made for ${volume.creation.kinds.join(" and ")}, not for ${access}`,
      );
    }
    if (size.limitBytes !== 0 && volume.sizeBytes > size.limitBytes) {
      throw outOfRange(
        `volume ${id} has ${volume.sizeBytes} bytes, more than limit_bytes ${size.limitBytes}, and never shrinks`,
      );
    }
    const sizeBytes = chooseSize(size, backend.sizes, volume.sizeBytes);
    const grown = await expansion.grow(id, sizeBytes, signal);
    return { capacityBytes: grown.sizeBytes, nodeExpansionRequired: expansion.nodeMustAct(grown, access) };
  },
});
