import type { NodeVolume, Source } from "../../node/volume.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import { BackendError } from "../backend.ts";
import type { NodeBackend } from "../node-backend.ts";
import { isAttachedReadOnly } from "./attachments.ts";
import type { LocalParts } from "./context.ts";
import { readable } from "./entries.ts";
import { type Examine, healthOf } from "./health.ts";
import { updateVolume } from "./update.ts";

/** What a node must be told of volumes in a way of the backend's own. */
export interface LocalNodeParts {
  readonly name: string;
  readonly sourceOf: (record: Pick<VolumeRecord, "id" | "sectorBytes" | "parameters">) => Source;
  readonly propertiesOf: (record: VolumeRecord) => Pick<NodeVolume, "fsType" | "mkfsOptions" | "limits">;
  readonly examineAll: () => Promise<Examine>;
}

/** The node's side of a local backend: the same pool, seen as what is to be mounted. */
export function localNode(
  parts: LocalParts,
  { name, sourceOf, propertiesOf, examineAll }: LocalNodeParts,
): NodeBackend {
  const { pool, nodeId, limit, topology } = parts;
  return {
    name,
    info: async () => ({ nodeId, maxVolumes: limit.most, topology }),

    async find(id, { inline }) {
      const record = readable(pool.volumes.get(id));
      if (record === undefined) return undefined;
      parts.copies.refuseIfRead("volume", id, "still");
      if (parts.attach && !inline && !record.attachments.some(({ node }) => node === nodeId)) {
        throw new BackendError(
          { kind: "unfit", reason: "not attached" },
          `volume ${id} is not published to node ${nodeId}; call ControllerPublishVolume first`,
        );
      }
      return {
        id: record.id,
        source: sourceOf(record),
        sizeBytes: record.sizeBytes,
        filesystem: record.filesystem,
        kinds: new Set(record.creation.kinds),
        readOnly: isAttachedReadOnly(record, nodeId),
        ...propertiesOf(record),
      };
    },

    async locate(id) {
      const entry = pool.volumes.get(id);
      if (entry === undefined) return undefined;
      return sourceOf(entry.state === "readable" ? entry.record : { id, sectorBytes: 512, parameters: {} });
    },

    async noteFilesystem(id, filesystem) {
      const record = readable(pool.volumes.get(id));
      if (record === undefined) throw new Error(`volume ${id} is gone`);
      await updateVolume(parts, { ...record, filesystem }, new AbortController().signal);
    },

    async health(id, signal) {
      const entry = pool.volumes.get(id);
      return entry === undefined ? [] : healthOf(parts, entry, await examineAll(), signal);
    },

    async storageHealth() {
      const { isLow, freeBytes, reserveBytes } = pool.capacity.state();
      if (!isLow) return [];
      const message = `the pool ${pool.layout.root} has ${freeBytes} bytes free, less than its reserve of ${reserveBytes}`;
      return [{ status: "STORAGE_DEGRADED", reason: "PoolOutOfSpace", message }];
    },
  };
}
