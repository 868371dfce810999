/**
 * ControllerGetCapabilities: which RPCs of the controller can be called.
 *
 * Spec: csi.proto v1.13, "ControllerGetCapabilities". Derived from what the backend offers.
 */
import type { ControllerGetCapabilitiesRequest } from "../../../proto/gen/csi/v1/ControllerGetCapabilitiesRequest.ts";
import type { ControllerGetCapabilitiesResponseInit } from "../../../proto/gen/csi/v1/ControllerGetCapabilitiesResponse.ts";
import type { Backend } from "../../backend/backend.ts";
import { controllerCapabilities } from "../capabilities.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const controllerGetCapabilities = (
  backend: Backend,
): Rpc<ControllerGetCapabilitiesRequest, undefined, ControllerGetCapabilitiesResponseInit> => ({
  name: "ControllerGetCapabilities",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  handle: async () => ({ capabilities: controllerCapabilities(backend).map((type) => ({ rpc: { type } })) }),
});
