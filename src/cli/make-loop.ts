import { createHash } from "node:crypto";
import { statfs } from "node:fs/promises";
import type { Topology } from "../backend/backend.ts";
import type { LoopContext } from "../backend/loop/context.ts";
import { loopGauges } from "../backend/loop/gauges.ts";
import { loopBackend } from "../backend/loop/loop-backend.ts";
import { loopNode } from "../backend/loop/node.ts";
import { resumeLimits } from "../backend/loop/resume-limits.ts";
import type { DriverConfig } from "../config.ts";
import type { Answers } from "../grpc/maintenance.ts";
import { manifestOf } from "../grpc/manifest.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool } from "../pool/pool.ts";
import { releasePoolImage } from "../pool/pool-image.ts";
import type { Made } from "./make-backend.ts";

export async function makeLoop(config: DriverConfig, host: LinuxHost): Promise<Made> {
  const { pool: root, endpoint, overprovision: ratio } = config;
  const pool = await openPool({
    root,
    self: { pid: process.pid, endpoint },
    ratio,
    host,
    createWhereEmpty: true,
    imageBytes: config.poolImage,
    mend: true,
  });
  const context: LoopContext = {
    pool,
    host,
    nodeId: config.nodeId,
    topology: topologyOf(config),
    defaultFs: config.defaultFs,
    maxVolumes: config.maxVolumesPerNode,
    attach: config.attach,
    now: () => new Date(),
  };
  const backend = loopBackend(context, await isExt(root));
  const started = pool.loaded.then(() => resumeLimits(context));
  const answers: Answers = { ...poolMaintenance(pool, host) };
  const manifest = manifestOf({ node: config.nodeId, pools: [pool.id], topology: context.topology });
  return {
    backend,
    node: loopNode(context),
    started,
    gauges: loopGauges(context),
    answers,
    manifest,
    close: async () => {
      await pool.close();
      if (config.poolImage !== undefined) await releasePoolImage(root, host.run);
    },
  };
}

/** Topology values have 63 characters at most, node names up to 253. */
function topologyOf({ driverName, nodeId }: DriverConfig): Topology {
  const hash = createHash("sha256").update(nodeId).digest("hex").slice(0, 20);
  return { [`topology.${driverName}/node`]: nodeId.length <= 63 ? nodeId : `${nodeId.slice(0, 40)}-${hash}` };
}

/** statfs(2): the magic number that ext2, ext3 and ext4 share. */
const isExt = async (path: string): Promise<boolean> => (await statfs(path)).type === 0xef53;
