/**
 * GetPluginCapabilities: which services there are, and whether places matter.
 *
 * Spec: csi.proto v1.13, "GetPluginCapabilities". Derived from what the backend offers.
 */
import type { GetPluginCapabilitiesRequest } from "../../../proto/gen/csi/v1/GetPluginCapabilitiesRequest.ts";
import type { GetPluginCapabilitiesResponseInit } from "../../../proto/gen/csi/v1/GetPluginCapabilitiesResponse.ts";
import type { Backend } from "../../backend/backend.ts";
import { pluginServices } from "../capabilities.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const getPluginCapabilities = (
  backend: Backend,
  controller: boolean,
): Rpc<GetPluginCapabilitiesRequest, undefined, GetPluginCapabilitiesResponseInit> => ({
  name: "GetPluginCapabilities",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  async handle() {
    const services = pluginServices(backend, controller).map((type) => ({ service: { type } }));
    const expansion = backend.expansion === undefined ? [] : [{ volumeExpansion: { type: "ONLINE" as const } }];
    return { capabilities: [...services, ...expansion] };
  },
});
