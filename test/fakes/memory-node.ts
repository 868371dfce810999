import type { VolumeId } from "../../src/backend/backend.ts";
import type { NodeBackend } from "../../src/backend/node-backend.ts";
import type { Filesystem, NodeVolume } from "../../src/node/volume.ts";
import { noLimits } from "../../src/node/volume.ts";
import type { MemoryBackend } from "./memory-backend.ts";

/** The node's side of the memory backend: its volumes as images that a model of a host can work with. */
export function memoryNode({ state }: MemoryBackend, maxVolumes = 110): NodeBackend {
  const filesystems = new Map<string, Filesystem>();
  const sourceOf = (id: string) =>
    ({ kind: "image", file: `/pool/volumes/${id}/data`, sectorBytes: 512, discard: true }) as const;
  return {
    name: "memory",
    async find(id): Promise<NodeVolume | undefined> {
      const volume = state.volumes.get(id);
      if (volume === undefined) return undefined;
      return {
        id,
        source: sourceOf(id),
        sizeBytes: volume.sizeBytes,
        filesystem: filesystems.get(id) ?? { state: "none" },
        kinds: new Set(volume.creation.kinds),
        fsType: volume.creation.fsType,
        mkfsOptions: [],
        limits: noLimits,
        readOnly: [...(state.attachments.get(id)?.values() ?? [])].some(({ readOnly }) => readOnly),
      };
    },
    locate: async (id) => (state.volumes.has(id) ? sourceOf(id) : undefined),
    async noteFilesystem(id, filesystem) {
      filesystems.set(id, filesystem);
    },
    info: async () => ({
      nodeId: "node-a",
      maxVolumes,
      topology: { "topology.memory.csi.kura.dev/node": "node-a" },
    }),
    health: async (id: VolumeId) => state.illness.get(id) ?? [],
    storageHealth: async () => [],
  };
}
