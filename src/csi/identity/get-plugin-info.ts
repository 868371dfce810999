/**
 * GetPluginInfo: the driver's name and version.
 *
 * Spec: csi.proto v1.13, "GetPluginInfo". Called by every sidecar when it starts.
 */
import type { GetPluginInfoRequest } from "../../../proto/gen/csi/v1/GetPluginInfoRequest.ts";
import type { GetPluginInfoResponseInit } from "../../../proto/gen/csi/v1/GetPluginInfoResponse.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export interface PluginInfo {
  readonly name: string;
  readonly version: string;
}

export const getPluginInfo = ({
  name,
  version,
}: PluginInfo): Rpc<GetPluginInfoRequest, undefined, GetPluginInfoResponseInit> => ({
  name: "GetPluginInfo",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  handle: async () => ({ name, vendorVersion: version }),
});
