/**
 * GroupControllerGetCapabilities: which RPCs of the group controller can be called.
 *
 * Spec: csi.proto v1.13, "GroupControllerGetCapabilities".
 */
import type { GroupControllerGetCapabilitiesRequest } from "../../../proto/gen/csi/v1/GroupControllerGetCapabilitiesRequest.ts";
import type { GroupControllerGetCapabilitiesResponseInit } from "../../../proto/gen/csi/v1/GroupControllerGetCapabilitiesResponse.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const groupControllerGetCapabilities = (): Rpc<
  GroupControllerGetCapabilitiesRequest,
  undefined,
  GroupControllerGetCapabilitiesResponseInit
> => ({
  name: "GroupControllerGetCapabilities",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  handle: async () => ({ capabilities: [{ rpc: { type: "CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT" } }] }),
});
