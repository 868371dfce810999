import { statusOfPool } from "../../pool/status.ts";
import type { LocalParts } from "./context.ts";

/** Figures of the pool, read when Prometheus asks. */
export function poolGauges({ pool }: LocalParts) {
  const ofPool = (name: string, help: string, read: () => number) => ({ name: `kura_pool_${name}`, help, read });
  const capacity = () => pool.capacity.state();
  return [
    ofPool("capacity_bytes", "Size of the pool", () => capacity().totalBytes),
    ofPool("free_bytes", "Bytes that are free in the pool", () => capacity().freeBytes),
    ofPool("reserved_bytes", "Bytes below which nothing new is made", () => capacity().reserveBytes),
    ofPool("promised_thin_bytes", "Bytes promised to thin volumes and their snapshots", () => capacity().thinBytes),
    ofPool("promised_thick_bytes", "Bytes promised in full", () => capacity().thickBytes),
    ofPool("low", "1 while the pool has less than its reserve", () => (capacity().isLow ? 1 : 0)),
    { name: "kura_volumes", help: "Volumes in the pool", read: () => pool.volumes.size },
    { name: "kura_snapshots", help: "Snapshots in the pool", read: () => pool.snapshots.size },
    {
      name: "kura_unreadable",
      help: "Things of the pool whose record cannot be read",
      read: () => statusOfPool(pool).unreadable,
    },
  ];
}
