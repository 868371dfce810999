import { BackendError, type Fault } from "../backend.ts";

/** EC2 said no, or could not be asked. `code` is EC2's own word, or the SDK's where no answer came. */
export class Ec2Error extends Error {
  override readonly name = "Ec2Error";
  readonly action: string;
  readonly code: string;
  /** What EC2 said, without our words around it. */
  readonly said: string;
  /** Undefined where no answer came. */
  readonly status: number | undefined;

  constructor(action: string, code: string, said: string, status?: number, options?: ErrorOptions) {
    super(`EC2 refused ${action}: ${code}: ${said}`, options);
    this.action = action;
    this.code = code;
    this.said = said;
    this.status = status;
  }

  static from(action: string, error: unknown): Ec2Error {
    const { name, message, $metadata } = error as {
      name?: string;
      message?: string;
      $metadata?: { httpStatusCode?: number };
    };
    return new Ec2Error(action, name ?? "Unknown", message ?? String(error), $metadata?.httpStatusCode, {
      cause: error,
    });
  }
}

export const isEc2 = (error: unknown, ...codes: readonly string[]): error is Ec2Error =>
  error instanceof Ec2Error && codes.includes(error.code);

/** Whether it may have been done all the same: the answer was lost, or EC2 broke down over it. */
export const isUncertain = (error: unknown): boolean =>
  error instanceof Ec2Error && (error.status === undefined || error.status >= 500) && !isThrottle(error.code);

const isThrottle = (code: string): boolean => /^(RequestLimitExceeded|Throttling|EC2ThrottledException)/.test(code);

/** What a code of EC2 means in our words, whatever action it answers. The first line that fits counts. */
const meanings: readonly (readonly [RegExp, (error: Ec2Error) => Fault])[] = [
  [/^InvalidVolume\.NotFound$/, ({ said }) => ({ kind: "no-such", what: "volume", id: idIn(said, "vol") })],
  [/^InvalidSnapshot\.NotFound$/, ({ said }) => ({ kind: "no-such", what: "snapshot", id: idIn(said, "snap") })],
  [/^InvalidInstanceID/, ({ said }) => ({ kind: "no-such", what: "node", id: idIn(said, "i") })],
  [/^(UnauthorizedOperation|AuthFailure|OptInRequired|Blocked|InvalidClientTokenId)$/, forbidden],
  [/^(SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken)$/, forbidden],
  [/^(RequestLimitExceeded|Throttling.*|EC2ThrottledException)$/, unreachable],
  [/^(RequestExpired|ExpiredToken.*|CredentialsProviderError|InternalError|InternalFailure|Unavailable)$/, unreachable],
  [/^(InsufficientVolumeCapacity|VolumeTypeNotAvailableInZone|InsufficientCapacity)$/, noSpace],
  [/^(VolumeLimitExceeded|MaxIOPSLimitExceeded|SnapshotLimitExceeded)$/, noSpace],
  [/^VolumeModificationSizeLimitExceeded$/, noSpace],
  [/^(ConcurrentSnapshotLimitExceeded|SnapshotCreationPerVolumeRateExceeded)$/, busy],
  [/^(IncorrectModificationState|VolumeModificationRateExceeded|OperationNotPermitted)$/, busy],
  [/^(IncorrectState|IncorrectInstanceState|ConcurrentTagAccess|IdempotentParameterMismatch)$/, busy],
  // a token of a page that EC2 no longer knows: the list has to be begun again
  [/^(InvalidNextToken|InvalidPaginationToken)$/, busy],
  [/^(VolumeInUse|InvalidSnapshot\.InUse|ResourceInUse)/, ({ said }) => ({ kind: "in-use", by: said })],
  [/^InvalidVolume\.ZoneMismatch$/, ({ said }) => ({ kind: "unfit", reason: said })],
  [/^(TagLimitExceeded|InvalidTag|TagPolicyViolation)/, badParameter("tagSpecification")],
  [/^(InvalidKms|InvalidKMS|KMS)/i, badParameter("kmsKeyId")],
  [/^(Invalid|Unknown|Unsupported|Missing|Malformed|ValidationError)/, badParameter("parameters")],
];

/** An Ec2Error in our words; anything else as it is. `unfit` and `unreachable` are told from bugs by this. */
export function inOurWords(error: unknown): unknown {
  if (!(error instanceof Ec2Error)) return error;
  const fault = faultOf(error);
  return fault === undefined ? error : new BackendError(fault, error.message, { cause: error });
}

export function faultOf(error: Ec2Error): Fault | undefined {
  const known = meanings.find(([pattern]) => pattern.test(error.code));
  if (known !== undefined) return known[1](error);
  return error.status === undefined || error.status >= 500 ? unreachable(error) : undefined;
}

function forbidden({ action }: Ec2Error): Fault {
  return { kind: "forbidden", action };
}
function unreachable({ said }: Ec2Error): Fault {
  return { kind: "unreachable", reason: said };
}
function noSpace(): Fault {
  return { kind: "no-space", availableBytes: undefined };
}
function busy({ said }: Ec2Error): Fault {
  return { kind: "busy", reason: said };
}
function badParameter(key: string): () => Fault {
  return () => ({ kind: "bad-parameter", key });
}

const idIn = (said: string, prefix: string): string => new RegExp(`${prefix}-[0-9a-f]+`).exec(said)?.[0] ?? "";
