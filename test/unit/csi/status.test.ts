import { describe, expect, test } from "vitest";
import { BackendError, type Fault } from "../../../src/backend/backend.ts";
import { CsiError } from "../../../src/csi/errors.ts";
import { statusOf } from "../../../src/csi/status.ts";
import { HostError, type HostFault } from "../../../src/node/host-error.ts";

/** Every fault, so that a new one without a line here does not compile. */
const faults: { readonly [Kind in Fault["kind"]]: readonly [Extract<Fault, { kind: Kind }>, string] } = {
  "no-such": [{ kind: "no-such", what: "volume", id: "v" }, "NOT_FOUND"],
  "in-use": [{ kind: "in-use", by: "a pod" }, "FAILED_PRECONDITION"],
  "attached-elsewhere": [{ kind: "attached-elsewhere", node: "b" }, "FAILED_PRECONDITION"],
  "attached-differently": [{ kind: "attached-differently" }, "ALREADY_EXISTS"],
  "too-many-attachments": [{ kind: "too-many-attachments", limit: 3 }, "RESOURCE_EXHAUSTED"],
  "no-space": [{ kind: "no-space", availableBytes: 0 }, "RESOURCE_EXHAUSTED"],
  "wrong-place": [{ kind: "wrong-place" }, "RESOURCE_EXHAUSTED"],
  "size-impossible": [{ kind: "size-impossible" }, "OUT_OF_RANGE"],
  "bad-parameter": [{ kind: "bad-parameter", key: "iops" }, "INVALID_ARGUMENT"],
  "bad-source": [{ kind: "bad-source" }, "INVALID_ARGUMENT"],
  "member-of-group": [{ kind: "member-of-group", group: "g" }, "INVALID_ARGUMENT"],
  forbidden: [{ kind: "forbidden", action: "ec2:CreateVolume" }, "PERMISSION_DENIED"],
  unfit: [{ kind: "unfit", reason: "no reflink" }, "FAILED_PRECONDITION"],
  busy: [{ kind: "busy", reason: "mkfs" }, "ABORTED"],
  unreachable: [{ kind: "unreachable", reason: "timeout" }, "UNAVAILABLE"],
  unreadable: [{ kind: "unreadable", id: "v" }, "UNAVAILABLE"],
};

const hostFaults: Readonly<Record<HostFault, string>> = {
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

describe("every word of storage has its code, and its message stays", () => {
  test.each(Object.values(faults))("%j: %s", (fault, code) =>
    expect(statusOf(new BackendError(fault, "why"))).toEqual({ code, message: "why" }),
  );
  test.each(Object.entries(hostFaults))("host: %s: %s", (kind, code) =>
    expect(statusOf(new HostError(kind as HostFault, "why"))).toEqual({ code, message: "why" }),
  );
});

test("a refusal of CSI's own is what it says", () =>
  expect(statusOf(new CsiError("ABORTED", "later"))).toEqual({ code: "ABORTED", message: "later" }));

test.each([
  [new Error("bug"), "bug"],
  ["text", "text"],
  [undefined, "undefined"],
])("what nobody foresaw is INTERNAL: %s", (error, message) =>
  expect(statusOf(error)).toEqual({ code: "INTERNAL", message }),
);

describe("who stopped waiting is told that nothing is final", () => {
  const abortedWith = (reason?: unknown) => AbortSignal.abort(reason);
  test.each([
    ["CANCELLED", abortedWith()],
    ["DEADLINE_EXCEEDED", abortedWith(new DOMException("late", "TimeoutError"))],
  ])("%s", (code, signal) => expect(statusOf(signal.reason, signal).code).toBe(code));

  test("an error that came before the caller left stays what it is", () =>
    expect(statusOf(new HostError("no-space", "full"), abortedWith()).code).toBe("RESOURCE_EXHAUSTED"));
});
