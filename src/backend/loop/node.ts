import type { NodeVolume } from "../../node/volume.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import { BackendError } from "../backend.ts";
import type { NodeBackend } from "../node-backend.ts";
import { isAttachedReadOnly } from "./attachments.ts";
import type { LoopContext } from "./context.ts";
import { imageOfVolume, readable } from "./entries.ts";
import { healthOf } from "./health.ts";
import { limitsOf } from "./limits.ts";
import { updateVolume } from "./update.ts";

/** The node's side of the loop backend: the same pool, seen as images. */
export function loopNode(context: LoopContext): NodeBackend {
  const { pool, nodeId, maxVolumes, topology } = context;
  return {
    name: "loop",
    info: async () => ({ nodeId, maxVolumes, topology }),

    async find(id) {
      const record = readable(pool.volumes.get(id));
      if (record === undefined) return undefined;
      if (context.attach && !record.attachments.some(({ node }) => node === nodeId)) {
        throw new BackendError(
          { kind: "unfit", reason: "not attached" },
          `volume ${id} is not published to node ${nodeId}; call ControllerPublishVolume first`,
        );
      }
      return nodeVolumeOf(context, record);
    },

    async locate(id) {
      const entry = pool.volumes.get(id);
      if (entry === undefined) return undefined;
      const known = entry.state === "readable" ? entry.record : { id, sectorBytes: 512, parameters: {} };
      return imageOfVolume(pool, known);
    },

    async noteFilesystem(id, filesystem) {
      const record = readable(pool.volumes.get(id));
      if (record === undefined) throw new Error(`volume ${id} is gone`);
      await updateVolume(context, { ...record, filesystem }, new AbortController().signal);
    },

    async health(id, signal) {
      const entry = pool.volumes.get(id);
      return entry === undefined ? [] : healthOf(context, entry, signal);
    },

    async storageHealth() {
      const { isLow, freeBytes, reserveBytes } = pool.capacity.state();
      if (!isLow) return [];
      const message = `the pool ${pool.layout.root} has ${freeBytes} bytes free, less than its reserve of ${reserveBytes}`;
      return [{ status: "STORAGE_DEGRADED", reason: "PoolOutOfSpace", message }];
    },
  };
}

const nodeVolumeOf = ({ pool, nodeId }: LoopContext, record: VolumeRecord): NodeVolume => ({
  id: record.id,
  source: imageOfVolume(pool, record),
  sizeBytes: record.sizeBytes,
  filesystem: record.filesystem,
  kinds: new Set(record.creation.kinds),
  fsType: record.creation.fsType,
  mkfsOptions: record.creation.parameters["mkfsoptions"]?.split(" ") ?? [],
  limits: limitsOf(record.parameters),
  readOnly: isAttachedReadOnly(record, nodeId),
});
