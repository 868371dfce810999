import { type Condition, error, never, shown } from "../call.ts";

/** What any RPC may answer; the promises of single RPCs do not repeat it, but for INVALID_ARGUMENT. */
export const ofEveryCall: readonly Condition[] = [
  error(
    "INVALID_ARGUMENT",
    "a field is longer than allowed",
    shown("unit/grpc/pipeline.test.ts", "fields beyond their limits are refused"),
  ),
  error(
    "INVALID_ARGUMENT",
    "the request is no message",
    shown("fuzz/transport.test.ts", "messages that are no messages are INVALID_ARGUMENT"),
  ),
  error(
    "ABORTED",
    "another call holds what this one needs",
    shown(
      "unit/grpc/pipeline.test.ts",
      "locks are held while it works, and who has no time to wait is told so at once",
    ),
  ),
  error(
    "UNIMPLEMENTED",
    "the backend does not offer the RPC",
    shown("fuzz/transport.test.ts", "an unknown method or service is UNIMPLEMENTED"),
  ),
  error(
    "CANCELLED",
    "the caller has gone",
    shown("unit/csi/status.test.ts", "who stopped waiting is told that nothing is final", "CANCELLED"),
  ),
  error(
    "DEADLINE_EXCEEDED",
    "the caller's time is over",
    shown("unit/csi/status.test.ts", "who stopped waiting is told that nothing is final", "DEADLINE_EXCEEDED"),
  ),
  error(
    "RESOURCE_EXHAUSTED",
    "the request is larger than 4 MiB",
    shown("fuzz/transport.test.ts", "messages of more than 4 MiB are refused unread"),
  ),
  error(
    "UNAVAILABLE",
    "a record or a node cannot be reached now",
    shown(
      "driver/health.test.ts",
      "makes its volume inaccessible and no other; its name stays taken and nothing is deleted",
    ),
  ),
  never("UNAUTHENTICATED", "no or wrong credentials in the request's secrets", "no backend takes secrets"),
];
