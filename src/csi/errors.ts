/**
 * The words in which CSI refuses: a gRPC status code and one line that a user can act on.
 *
 * Messages name fields as the specification does, carry the values, start in lower case and end without a full stop.
 */
export const codes = [
  "CANCELLED",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "UNAUTHENTICATED",
] as const;
export type Code = (typeof codes)[number];
export const isCode = (name: string): name is Code => (codes as readonly string[]).includes(name);

export class CsiError extends Error {
  override readonly name = "CsiError";
  readonly code: Code;

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const invalid = (message: string): CsiError => new CsiError("INVALID_ARGUMENT", message);
export const notFound = (message: string): CsiError => new CsiError("NOT_FOUND", message);
export const incompatible = (message: string): CsiError => new CsiError("ALREADY_EXISTS", message);
export const outOfRange = (message: string): CsiError => new CsiError("OUT_OF_RANGE", message);
export const precondition = (message: string): CsiError => new CsiError("FAILED_PRECONDITION", message);
export const aborted = (message: string): CsiError => new CsiError("ABORTED", message);
export const unimplemented = (message: string): CsiError => new CsiError("UNIMPLEMENTED", message);
