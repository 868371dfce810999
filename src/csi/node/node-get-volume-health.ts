/**
 * NodeGetVolumeHealth (alpha): what is wrong with a volume, seen from this node. An empty list says that nothing is.
 *
 * Spec: csi.proto v1.13, "NodeGetVolumeHealth". Called by kubelet, also for volumes that it only tried to publish.
 *
 *   INVALID_ARGUMENT  volume_id is missing
 *   NOT_FOUND         the volume does not exist here
 */
import type { NodeGetVolumeHealthRequest } from "../../../proto/gen/csi/v1/NodeGetVolumeHealthRequest.ts";
import type { NodeGetVolumeHealthResponseInit } from "../../../proto/gen/csi/v1/NodeGetVolumeHealthResponse.ts";
import { type HealthStatus, noSuch, type VolumeId } from "../../backend/backend.ts";
import type { PathFacts } from "../../node/host.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { healthStatusesInit } from "../rules/health.ts";
import { parseVolumeId } from "../rules/id.ts";
import type { NodeParts } from "./parts.ts";

interface Wish {
  readonly id: VolumeId;
  readonly publishPath: string | undefined;
}

export const nodeGetVolumeHealth = (
  parts: NodeParts,
  health: NonNullable<NodeParts["node"]["health"]>,
): Rpc<NodeGetVolumeHealthRequest, Wish, NodeGetVolumeHealthResponseInit> => ({
  name: "NodeGetVolumeHealth",
  parse: ({ volumeId, volumePublishPath, stagingTargetPath }) => {
    const id = parseVolumeId(volumeId);
    if (stagingTargetPath !== "") parts.paths.parse(stagingTargetPath, "staging_target_path");
    const publishPath =
      volumePublishPath === "" ? undefined : parts.paths.parse(volumePublishPath, "volume_publish_path");
    return { id, publishPath };
  },
  locks: noLocks,
  async handle({ id, publishPath }, signal) {
    const { node, host, paths } = parts;
    const source = await node.locate(id);
    if (source === undefined) throw noSuch("volume", id);
    const statuses = [...(await health(id, signal))];
    if (publishPath !== undefined) {
      const real = await paths.resolve(publishPath, "volume_publish_path");
      const observed = await host.observe(source, { publish: real }, signal);
      const { device, readOnlyDevice } = observed.volume;
      const isAttached = source.kind !== "image" || device !== undefined || readOnlyDevice !== undefined;
      statuses.push(...pathHealth(publishPath, observed.paths.publish, isAttached));
    }
    return { volumeHealth: { volumeId: id, healthStatuses: healthStatusesInit(statuses) } };
  },
});

function pathHealth(path: string, { mount }: PathFacts, isAttached: boolean): readonly HealthStatus[] {
  if (mount?.isVolume) return [];
  const inaccessible = (reason: string, message: string): HealthStatus[] => [
    { status: "INACCESSIBLE", reason, message },
  ];
  if (mount === undefined) return inaccessible("NotMounted", `nothing is mounted at ${path}`);
  if (!isAttached)
    return inaccessible("LoopDetached", `the loop device that ${path} shows no longer has the volume's image`);
  if (mount.isLost) return inaccessible("DiskGone", `the disk that ${path} shows is gone from this node`);
  return inaccessible("WrongMount", `${path} holds ${mount.description}, not this volume`);
}
