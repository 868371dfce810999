import { createHash } from "node:crypto";
import type { Backend, Topology } from "../backend/backend.ts";
import type { LocalParts } from "../backend/local/context.ts";
import { Copies } from "../backend/local/copies.ts";
import { NodeLimit } from "../backend/local/node-limit.ts";
import type { NodeBackend } from "../backend/node-backend.ts";
import { pooledBackend } from "../backend/pools/pooled-backend.ts";
import { pooledNode } from "../backend/pools/pooled-node.ts";
import { Pools, type ServedPool } from "../backend/pools/pools.ts";
import type { DriverConfig } from "../config.ts";
import { manifestOf } from "../grpc/manifest.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { GaugeSource } from "../observe/metrics.ts";
import { PoolError } from "../pool/create-pool.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool, type Pool } from "../pool/pool.ts";
import { releasePoolImage } from "../pool/pool-image.ts";
import type { NamedPool } from "../pool-flags.ts";
import type { Made } from "./made.ts";
import { type Running, startAll } from "./running.ts";

/** What serves one pool. */
export interface Served {
  readonly backend: Backend;
  readonly node: NodeBackend;
  /** Resolves when what a crash left in it is taken up. */
  readonly started: Promise<void>;
  readonly gauges: readonly GaugeSource[];
}

type Serve = (parts: LocalParts) => Promise<Served>;

/** A driver of local volumes: its pools, opened, each served by itself, and one door to all of them. */
export const makeLocal = (config: DriverConfig, host: LinuxHost, serve: Serve): Promise<Made> =>
  startAll(async (running) => {
    const opened = await openAll(config, host, running);
    const { nodeId, attach, maxVolumesPerNode } = config;
    const topology = localTopologyOf(config.driverName, nodeId);
    const all = opened.map(({ pool }) => pool);
    const limit = new NodeLimit(nodeId, maxVolumesPerNode, all);
    const shared = { host, nodeId, topology, limit, attach, now: () => new Date() };
    const served: (ServedPool & Served)[] = [];
    for (const { name, pool } of opened) {
      const copies = running.add(new Copies(), (copies) => copies.stop());
      const parts = await serve({ ...shared, pool, copies });
      parts.started.catch(() => {}); // whoever waits for it hears of it
      served.push({ name, id: pool.id, ...parts });
    }
    const pools = new Pools(served);
    return {
      backend: pooledBackend(pools),
      node: pooledNode(pools),
      started: Promise.all(served.map(({ started }) => started)).then(() => {}),
      gauges: served.flatMap(({ name, gauges }) => gauges.map((gauge) => ({ ...gauge, labels: { pool: name } }))),
      answers: new Map(all.map((pool) => [pool.id, { ...poolMaintenance(pool, host) }])),
      manifest: manifestOf({
        node: nodeId,
        pools: all.map(({ id }) => id),
        poolNames: opened.map(({ name }) => name),
        topology,
      }),
      close: () => running.end(),
    };
  });

interface OpenedPool {
  readonly name: string;
  readonly pool: Pool;
}

async function openAll(config: DriverConfig, host: LinuxHost, running: Running): Promise<readonly OpenedPool[]> {
  const opened: OpenedPool[] = [];
  for (const place of config.pool) {
    const pool = await open(config, place, host, running);
    const twin = opened.find((other) => other.pool.id === pool.id);
    if (twin !== undefined)
      throw new PoolError(
        `the pools ${twin.name} and ${place.name} are both ${pool.id}: one is a copy of the other, and nobody could tell their volumes apart`,
      );
    opened.push({ name: place.name, pool });
  }
  return opened;
}

async function open(config: DriverConfig, { name, dir }: NamedPool, host: LinuxHost, running: Running): Promise<Pool> {
  const imageBytes = config.poolImage.get(name) ?? config.poolImage.get("");
  const pool = await openPool({
    root: dir,
    self: { pid: process.pid, endpoint: config.endpoint },
    ratio: config.overprovision,
    host,
    createWhereEmpty: true,
    imageBytes,
    backend: config.backend,
    mend: true,
  });
  return running.add(pool, async () => {
    await pool.close();
    if (imageBytes !== undefined) await releasePoolImage(dir, host.run);
  });
}

/** Topology values have 63 characters at most, node names up to 253. */
export function localTopologyOf(driverName: string, nodeId: string): Topology {
  const hash = createHash("sha256").update(nodeId).digest("hex").slice(0, 20);
  return { [`topology.${driverName}/node`]: nodeId.length <= 63 ? nodeId : `${nodeId.slice(0, 40)}-${hash}` };
}
