import { createHash } from "node:crypto";
import type { Topology } from "../backend/backend.ts";
import type { LocalParts } from "../backend/local/context.ts";
import { Copies } from "../backend/local/copies.ts";
import type { DriverConfig } from "../config.ts";
import { manifestOf } from "../grpc/manifest.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool } from "../pool/pool.ts";
import { releasePoolImage } from "../pool/pool-image.ts";

/** What every local backend is built on: its pool, opened, and the node that it is on. */
export async function openLocal(config: DriverConfig, host: LinuxHost): Promise<LocalParts> {
  const pool = await openPool({
    root: config.pool,
    self: { pid: process.pid, endpoint: config.endpoint },
    ratio: config.overprovision,
    host,
    createWhereEmpty: true,
    imageBytes: config.poolImage,
    backend: config.backend,
    mend: true,
  });
  return {
    pool,
    host,
    nodeId: config.nodeId,
    topology: localTopologyOf(config.driverName, config.nodeId),
    maxVolumes: config.maxVolumesPerNode,
    attach: config.attach,
    now: () => new Date(),
    copies: new Copies(),
  };
}

/** What a driver with a pool has, whatever its volumes are. */
export const madeOf = ({ poolImage }: DriverConfig, { pool, host, nodeId, topology, copies }: LocalParts) => ({
  answers: { ...poolMaintenance(pool, host) },
  manifest: manifestOf({ node: nodeId, pools: [pool.id], topology }),
  close: async () => {
    await copies.stop();
    await pool.close();
    if (poolImage !== undefined) await releasePoolImage(pool.layout.root, host.run);
  },
});

/** Topology values have 63 characters at most, node names up to 253. */
export function localTopologyOf(driverName: string, nodeId: string): Topology {
  const hash = createHash("sha256").update(nodeId).digest("hex").slice(0, 20);
  return { [`topology.${driverName}/node`]: nodeId.length <= 63 ? nodeId : `${nodeId.slice(0, 40)}-${hash}` };
}
