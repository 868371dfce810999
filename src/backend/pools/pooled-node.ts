import type { NodeBackend } from "../node-backend.ts";
import type { Pools } from "./pools.ts";

/** The node's side of several pools: each volume is its pool's, what is said of the node is the same in all. */
export function pooledNode(pools: Pools): NodeBackend {
  const { node } = pools.first;
  return {
    ...node,
    find: (id, said, signal) => pools.of(id).node.find(id, said, signal),
    locate: (id) => pools.of(id).node.locate(id),
    noteFilesystem: (id, filesystem) => pools.of(id).node.noteFilesystem(id, filesystem),
    ...(node.usage && { usage: async (id) => pools.of(id).node.usage?.(id) }),
    ...(node.health && { health: async (id, signal) => (await pools.of(id).node.health?.(id, signal)) ?? [] }),
    ...(node.storageHealth && {
      storageHealth: async (signal) => {
        const each = pools.inOrder.map(({ node }) => node.storageHealth?.(signal) ?? []);
        return (await Promise.all(each)).flat();
      },
    }),
  };
}
