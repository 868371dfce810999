/**
 * NodeGetInfo: who this node is, where, and how many volumes it takes.
 *
 * Spec: csi.proto v1.13, "NodeGetInfo". Called by kubelet at registration, and again from time to time.
 */
import type { NodeGetInfoRequest } from "../../../proto/gen/csi/v1/NodeGetInfoRequest.ts";
import type { NodeGetInfoResponseInit } from "../../../proto/gen/csi/v1/NodeGetInfoResponse.ts";
import type { NodeBackend } from "../../backend/node-backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";

export const nodeGetInfo = (node: NodeBackend): Rpc<NodeGetInfoRequest, undefined, NodeGetInfoResponseInit> => ({
  name: "NodeGetInfo",
  parse: () => undefined,
  locks: noLocks,
  async handle(_, signal) {
    const { nodeId, maxVolumes, topology } = await node.info(signal);
    const accessibleTopology = topology === undefined ? null : { segments: { ...topology } };
    return { nodeId, maxVolumesPerNode: maxVolumes, accessibleTopology };
  },
});
