import { BackendError, type Fault } from "../backend/backend.ts";
import { HostError, type HostFault } from "../node/host-error.ts";
import { type Code, CsiError } from "./errors.ts";

export interface Status {
  readonly code: Code;
  readonly message: string;
  /** What was thrown, for the log. */
  readonly cause?: unknown;
}

/** Whatever was thrown → the gRPC status that the caller gets. What nobody foresaw is INTERNAL, and a bug. */
export function statusOf(error: unknown, signal?: AbortSignal): Status {
  if (error instanceof CsiError) return { code: error.code, message: error.message };
  if (error instanceof BackendError) return { code: codeOf(error.fault), message: error.message };
  if (error instanceof HostError) return { code: codeOfHost[error.kind], message: error.message };
  if (signal?.aborted && error === signal.reason) return interrupted(signal.reason);
  return { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
}

/**
 * What each storage word means to a CO. Sidecars act on these (facts: a final code to a Create means that nothing of
 * that name is left; what may still be under way is ABORTED, UNAVAILABLE, DEADLINE_EXCEEDED or CANCELLED).
 */
function codeOf(fault: Fault): Code {
  switch (fault.kind) {
    case "no-such":
      return "NOT_FOUND";
    case "in-use":
    case "attached-elsewhere":
    case "unfit":
      return "FAILED_PRECONDITION";
    case "attached-differently":
      return "ALREADY_EXISTS";
    case "too-many-attachments":
    case "no-space":
    case "wrong-place":
      return "RESOURCE_EXHAUSTED";
    case "size-impossible":
      return "OUT_OF_RANGE";
    case "bad-parameter":
    case "bad-source":
    case "member-of-group":
      return "INVALID_ARGUMENT";
    case "forbidden":
      return "PERMISSION_DENIED";
    case "busy":
      return "ABORTED";
    case "unreachable":
    case "unreadable":
      return "UNAVAILABLE";
    default:
      return fault satisfies never;
  }
}

const codeOfHost: Readonly<Record<HostFault, Code>> = {
  busy: "ABORTED",
  "in-use": "FAILED_PRECONDITION",
  "no-space": "RESOURCE_EXHAUSTED",
  "no-loop-device": "RESOURCE_EXHAUSTED",
  corrupt: "FAILED_PRECONDITION",
  "bad-option": "INVALID_ARGUMENT",
  "bad-path": "INVALID_ARGUMENT",
  "cannot-grow-mounted": "FAILED_PRECONDITION",
  "not-empty": "FAILED_PRECONDITION",
  missing: "FAILED_PRECONDITION",
};

function interrupted(reason: unknown): Status {
  const late = reason instanceof Error && reason.name === "TimeoutError";
  return late
    ? { code: "DEADLINE_EXCEEDED", message: "the deadline passed; what was begun is taken up by the next call" }
    : { code: "CANCELLED", message: "the caller cancelled; what was begun is taken up by the next call" };
}
