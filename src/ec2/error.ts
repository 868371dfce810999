/** What EC2 calls what went wrong (API reference, "Error codes"), as far as this simulator says it. */
export const errorCodes = [
  "AttachmentLimitExceeded",
  "AuthFailure",
  "ConcurrentSnapshotLimitExceeded",
  "DryRunOperation",
  "FilterLimitExceeded",
  "IdempotentParameterMismatch",
  "IncorrectModificationState",
  "IncorrectState",
  "InsufficientVolumeCapacity",
  "InternalError",
  "InvalidAction",
  "InvalidAttachment.NotFound",
  "InvalidID",
  "InvalidInstanceID.Malformed",
  "InvalidInstanceID.NotFound",
  "InvalidInstanceType",
  "InvalidPaginationToken",
  "InvalidParameterCombination",
  "InvalidParameterDependency",
  "InvalidParameterValue",
  "InvalidSnapshot.NotFound",
  "InvalidTagKey.Malformed",
  "InvalidVolume.NotFound",
  "InvalidVolume.ZoneMismatch",
  "InvalidVolumeModification.NotFound",
  "InvalidZone.NotFound",
  "MissingParameter",
  "OperationNotPermitted",
  "RequestExpired",
  "RequestLimitExceeded",
  "SnapshotCreationPerVolumeRateExceeded",
  "TagLimitExceeded",
  "UnauthorizedOperation",
  "UnknownParameter",
  "UnknownVolumeType",
  "UnsupportedOperation",
  "VolumeInUse",
  "VolumeModificationRateExceeded",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** HTTP statuses other than 400. The reference lists 404 for what is not found; the living API sends 400. */
const statuses: Partial<Record<ErrorCode, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
  InternalError: 500,
  InsufficientVolumeCapacity: 503,
  RequestLimitExceeded: 503,
};

/** An answer of EC2 that is not what was asked for. */
export class Ec2Error extends Error {
  override readonly name = "Ec2Error";
  /** One of `errorCodes`; any other only by a fault that was asked for. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, options?: ErrorOptions & { readonly status?: number }) {
    super(message, options);
    this.code = code;
    this.status = options?.status ?? statuses[code as ErrorCode] ?? 400;
  }
}

/** Throws with one of EC2's own codes. */
export const refused = (code: ErrorCode, message: string, options?: ErrorOptions): Ec2Error =>
  new Ec2Error(code, message, options);

export const invalidValue = (message: string): Ec2Error => refused("InvalidParameterValue", message);
export const invalidCombination = (message: string): Ec2Error => refused("InvalidParameterCombination", message);
