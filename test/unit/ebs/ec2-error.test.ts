import { describe, expect, test } from "vitest";
import { Ec2Error, inOurWords, isUncertain } from "../../../src/backend/ebs/ec2-error.ts";
import type { Code } from "../../../src/csi/errors.ts";
import { statusOf } from "../../../src/csi/status.ts";

/** EC2's codes and what a CO hears, where no RPC knows it better. */
const table: readonly (readonly [string, number | undefined, Code])[] = [
  ["InvalidVolume.NotFound", 400, "NOT_FOUND"],
  ["InvalidSnapshot.NotFound", 400, "NOT_FOUND"],
  ["InvalidInstanceID.NotFound", 400, "NOT_FOUND"],
  ["InvalidInstanceID.Malformed", 400, "NOT_FOUND"],
  ["UnauthorizedOperation", 403, "PERMISSION_DENIED"],
  ["AuthFailure", 401, "PERMISSION_DENIED"],
  ["RequestLimitExceeded", 503, "UNAVAILABLE"],
  ["Throttling", 400, "UNAVAILABLE"],
  ["InternalError", 500, "UNAVAILABLE"],
  ["Unavailable", 503, "UNAVAILABLE"],
  ["TimeoutError", undefined, "UNAVAILABLE"],
  ["ECONNREFUSED", undefined, "UNAVAILABLE"],
  ["CredentialsProviderError", undefined, "UNAVAILABLE"],
  ["InsufficientVolumeCapacity", 503, "RESOURCE_EXHAUSTED"],
  ["VolumeTypeNotAvailableInZone", 400, "RESOURCE_EXHAUSTED"],
  ["VolumeLimitExceeded", 400, "RESOURCE_EXHAUSTED"],
  ["MaxIOPSLimitExceeded", 400, "RESOURCE_EXHAUSTED"],
  ["SnapshotLimitExceeded", 400, "RESOURCE_EXHAUSTED"],
  ["VolumeModificationSizeLimitExceeded", 400, "RESOURCE_EXHAUSTED"],
  ["ConcurrentSnapshotLimitExceeded", 400, "ABORTED"],
  ["SnapshotCreationPerVolumeRateExceeded", 400, "ABORTED"],
  ["IncorrectModificationState", 400, "ABORTED"],
  ["VolumeModificationRateExceeded", 400, "ABORTED"],
  ["OperationNotPermitted", 400, "ABORTED"],
  ["IncorrectState", 400, "ABORTED"],
  ["InvalidPaginationToken", 400, "ABORTED"],
  ["VolumeInUse", 400, "FAILED_PRECONDITION"],
  ["InvalidSnapshot.InUse", 400, "FAILED_PRECONDITION"],
  ["InvalidVolume.ZoneMismatch", 400, "FAILED_PRECONDITION"],
  ["InvalidParameterValue", 400, "INVALID_ARGUMENT"],
  ["InvalidParameterCombination", 400, "INVALID_ARGUMENT"],
  ["UnknownVolumeType", 400, "INVALID_ARGUMENT"],
  ["UnsupportedOperation", 400, "INVALID_ARGUMENT"],
  ["MissingParameter", 400, "INVALID_ARGUMENT"],
  ["TagLimitExceeded", 400, "INVALID_ARGUMENT"],
  ["InvalidKmsKey.InvalidState", 400, "INVALID_ARGUMENT"],
  ["NeverHeardOf", 400, "INTERNAL"],
];

describe("what EC2 says is what a CO hears", () => {
  test.each(table)("%s (%s) → %s", (code, status, expected) => {
    const error = inOurWords(new Ec2Error("CreateVolume", code, "said so", status));
    expect(statusOf(error)).toMatchObject({ code: expected, message: expect.stringContaining("said so") });
  });
});

test.each([
  ["InternalError", 500, true],
  ["TimeoutError", undefined, true],
  ["RequestLimitExceeded", 503, false],
  ["InvalidParameterValue", 400, false],
] as const)("whether %s (%s) may have been carried out: %s", (code, status, expected) =>
  expect(isUncertain(new Ec2Error("CreateSnapshot", code, "", status))).toBe(expected),
);
