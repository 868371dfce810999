/**
 * NodeGetCapabilities: which RPCs of the node can be called.
 *
 * Spec: csi.proto v1.13, "NodeGetCapabilities". Derived from what the backend offers.
 */
import type { NodeGetCapabilitiesRequest } from "../../../proto/gen/csi/v1/NodeGetCapabilitiesRequest.ts";
import type { NodeGetCapabilitiesResponseInit } from "../../../proto/gen/csi/v1/NodeGetCapabilitiesResponse.ts";
import type { Backend } from "../../backend/backend.ts";
import type { NodeBackend } from "../../backend/node-backend.ts";
import { nodeCapabilities } from "../capabilities.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const nodeGetCapabilities = (
  backend: Backend,
  node: NodeBackend,
): Rpc<NodeGetCapabilitiesRequest, undefined, NodeGetCapabilitiesResponseInit> => ({
  name: "NodeGetCapabilities",
  quiet: true,
  parse: () => undefined,
  locks: noLocks,
  handle: async () => ({ capabilities: nodeCapabilities(backend, node).map((type) => ({ rpc: { type } })) }),
});
