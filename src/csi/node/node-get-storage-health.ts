/**
 * NodeGetStorageHealth (alpha): what is wrong with the storage that this node offers. An empty list says that nothing is.
 *
 * Spec: csi.proto v1.13, "NodeGetStorageHealth". Called by kubelet.
 */
import type { NodeGetStorageHealthRequest } from "../../../proto/gen/csi/v1/NodeGetStorageHealthRequest.ts";
import type { NodeGetStorageHealthResponseInit } from "../../../proto/gen/csi/v1/NodeGetStorageHealthResponse.ts";
import type { NodeBackend, StorageHealth } from "../../backend/node-backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { withinLimit } from "../rules/field-limits.ts";

export const nodeGetStorageHealth = (
  storageHealth: NonNullable<NodeBackend["storageHealth"]>,
): Rpc<NodeGetStorageHealthRequest, undefined, NodeGetStorageHealthResponseInit> => ({
  name: "NodeGetStorageHealth",
  parse: () => undefined,
  locks: noLocks,
  handle: async (_, signal) => ({ backendHealth: (await storageHealth(signal)).map(cut) }),
});

const cut = (health: StorageHealth) => ({ ...health, message: withinLimit(health.message) });
