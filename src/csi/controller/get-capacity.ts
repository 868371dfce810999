/**
 * GetCapacity: how much can still be provisioned, of a kind and in a place.
 *
 * Spec: csi.proto v1.13, "GetCapacity". Called by external-provisioner, which publishes it as CSIStorageCapacity for
 * the scheduler. What cannot be provisioned at all has the capacity 0.
 *
 *   INVALID_ARGUMENT  a capability or parameter is not valid
 */
import type { GetCapacityRequest } from "../../../proto/gen/csi/v1/GetCapacityRequest.ts";
import type { GetCapacityResponseInit } from "../../../proto/gen/csi/v1/GetCapacityResponse.ts";
import type { Backend, CapacityQuestion, CapacityReport } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parseTopology } from "../rules/topology.ts";
import { fsTypeOf, objectionTo, parseCapability } from "../rules/volume-capability.ts";

/** Undefined: volumes of that kind are not offered at all. */
type Wish = CapacityQuestion | undefined;

export const getCapacity = (
  backend: Backend,
  report: CapacityReport,
): Rpc<GetCapacityRequest, Wish, GetCapacityResponseInit> => ({
  name: "GetCapacity",
  parse({ volumeCapabilities, parameters, accessibleTopology }) {
    const capabilities = volumeCapabilities.map((capability) => parseCapability(capability, "volume_capabilities"));
    if (capabilities.some((capability) => objectionTo(capability, backend) !== undefined)) return undefined;
    return {
      place: accessibleTopology === null ? undefined : parseTopology(accessibleTopology),
      parameters: backend.parameters.parse(parameters),
      fsType: fsTypeOf(capabilities),
    };
  },
  locks: noLocks,
  async handle(question, signal) {
    if (question === undefined) return { availableCapacity: 0 };
    const { availableBytes, minimumVolumeBytes, maximumVolumeBytes } = await report.capacity(question, signal);
    return {
      availableCapacity: availableBytes,
      maximumVolumeSize: { value: maximumVolumeBytes },
      minimumVolumeSize: { value: minimumVolumeBytes },
    };
  },
});
