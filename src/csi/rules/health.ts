import type { HealthStatus } from "../../backend/backend.ts";
import { withinLimit } from "./field-limits.ts";

/** "MUST NOT return multiple messages for the same volume with the same (status, reason) combination." */
export function healthStatusesInit(statuses: readonly HealthStatus[]) {
  const unique = new Map(statuses.map((entry) => [`${entry.status} ${entry.reason}`, entry]));
  return [...unique.values()].map(({ status, reason, message }) => ({
    status,
    reason,
    message: withinLimit(message),
  }));
}
