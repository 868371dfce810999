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
  /** What else there is to say of the driver, for whoever looks. */
  readonly manifest: Readonly<Record<string, string>>;
}

export const getPluginInfo = ({
  name,
  version,
  manifest,
}: PluginInfo): Rpc<GetPluginInfoRequest, undefined, GetPluginInfoResponseInit> => ({
  name: "GetPluginInfo",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  handle: async () => ({ name, vendorVersion: version, manifest: { ...manifest } }),
});
