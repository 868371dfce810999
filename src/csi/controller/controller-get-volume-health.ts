/**
 * ControllerGetVolumeHealth (alpha): what is wrong with a volume. An empty list says that nothing is.
 *
 * Spec: csi.proto v1.13, "ControllerGetVolumeHealth". Called by external-health-monitor.
 *
 *   INVALID_ARGUMENT  volume_id is missing
 *   NOT_FOUND         the volume does not exist
 */
import type { ControllerGetVolumeHealthRequest } from "../../../proto/gen/csi/v1/ControllerGetVolumeHealthRequest.ts";
import type { ControllerGetVolumeHealthResponseInit } from "../../../proto/gen/csi/v1/ControllerGetVolumeHealthResponse.ts";
import { type HealthReport, noSuch, type VolumeId } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { healthStatusesInit } from "../rules/health.ts";
import { parseVolumeId } from "../rules/id.ts";

export const controllerGetVolumeHealth = (
  health: HealthReport,
): Rpc<ControllerGetVolumeHealthRequest, VolumeId, ControllerGetVolumeHealthResponseInit> => ({
  name: "ControllerGetVolumeHealth",
  parse: (request) => parseVolumeId(request.volumeId),
  locks: noLocks,
  async handle(id, signal) {
    const statuses = await health.of(id, signal);
    if (statuses === undefined) throw noSuch("volume", id);
    return { volumeHealth: { volumeId: id, healthStatuses: healthStatusesInit(statuses) } };
  },
});
