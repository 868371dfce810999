/**
 * NodeGetVolumeStats: how much of a volume is used. The volume's own figures, never those of the disk below.
 *
 * Spec: csi.proto v1.13, "NodeGetVolumeStats". Called by kubelet about once a minute for every volume of every pod.
 *
 *   INVALID_ARGUMENT  a required field is missing
 *   NOT_FOUND         the volume does not exist, or is not at volume_path
 */
import { isAbsolute } from "node:path";
import type { NodeGetVolumeStatsRequest } from "../../../proto/gen/csi/v1/NodeGetVolumeStatsRequest.ts";
import type { NodeGetVolumeStatsResponseInit } from "../../../proto/gen/csi/v1/NodeGetVolumeStatsResponse.ts";
import { noSuch, type VolumeId } from "../../backend/backend.ts";
import type { DirectoryUsage } from "../../backend/node-backend.ts";
import type { Usage } from "../../node/host.ts";
import { CsiError, invalid, notFound } from "../errors.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import type { NodeParts } from "./parts.ts";

interface Wish {
  readonly id: VolumeId;
  readonly path: string;
}

export const nodeGetVolumeStats = (
  parts: NodeParts,
): Rpc<NodeGetVolumeStatsRequest, Wish, NodeGetVolumeStatsResponseInit> => ({
  name: "NodeGetVolumeStats",
  parse({ volumeId, volumePath }) {
    const id = parseVolumeId(volumeId);
    if (volumePath === "") throw invalid("volume_path is required");
    return { id, path: volumePath };
  },
  locks: noLocks,
  async handle({ id, path }, signal) {
    const { node, host, paths } = parts;
    const source = await node.locate(id);
    if (source === undefined) throw noSuch("volume", id);
    const real = isAbsolute(path) ? await paths.resolve(paths.parse(path, "volume_path"), "volume_path") : path;
    const { volume } = await host.observe(source, {}, signal);
    const shown = volume.shownAt.find((shown) => shown.path === real);
    if (shown === undefined) throw notFound(`volume ${id} is not at volume_path ${path}`);
    if (!shown.alive) throw new CsiError("INTERNAL", `the filesystem at volume_path ${path} has shut down`);
    if (shown.as === "device") {
      const device = shown.readOnly ? (volume.readOnlyDevice ?? volume.device) : volume.device;
      return { usage: [{ unit: "BYTES", total: device?.sizeBytes ?? 0 }] };
    }
    if (node.usage !== undefined) return { usage: directoryUsageInit(await node.usage(id)) };
    return { usage: usageInit(await host.usageOf(real, signal)) };
  },
});

/** Of what it may take and what it takes. What the disk below has is none of its capacity. */
function directoryUsageInit(usage: DirectoryUsage | undefined) {
  if (usage === undefined) return [];
  const { totalBytes: total, usedBytes: used } = usage;
  const counted = used === undefined ? {} : { used, available: Math.max(0, total - used) };
  return [{ unit: "BYTES" as const, total, ...counted }];
}

const usageInit = ({ bytes, inodes }: Usage) => [
  { unit: "BYTES" as const, ...bytes },
  ...(inodes === undefined ? [] : [{ unit: "INODES" as const, ...inodes }]),
];
