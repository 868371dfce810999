/**
 * ControllerListVolumeHealth (alpha): the volumes with which something is wrong, in pages. Healthy ones are left out.
 *
 * Spec: csi.proto v1.13, "ControllerListVolumeHealth". Called by external-health-monitor.
 *
 *   INVALID_ARGUMENT  max_entries is negative
 *   ABORTED           starting_token is not one of ours
 */
import type { ControllerListVolumeHealthRequest } from "../../../proto/gen/csi/v1/ControllerListVolumeHealthRequest.ts";
import type { ControllerListVolumeHealthResponseInit } from "../../../proto/gen/csi/v1/ControllerListVolumeHealthResponse.ts";
import type { HealthReport, PageRequest } from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { healthStatusesInit } from "../rules/health.ts";
import { parsePage, tokenOf } from "../rules/page.ts";

export const controllerListVolumeHealth = (
  health: HealthReport,
): Rpc<ControllerListVolumeHealthRequest, PageRequest, ControllerListVolumeHealthResponseInit> => ({
  name: "ControllerListVolumeHealth",
  parse: ({ maxEntries, startingToken }) => parsePage(maxEntries, startingToken),
  locks: noLocks,
  async handle(page, signal) {
    const { items, next } = await health.list(page, signal);
    const entries = items.map(({ id, statuses }) => ({ volumeId: id, healthStatuses: healthStatusesInit(statuses) }));
    return { entries, nextToken: tokenOf(next) };
  },
});
