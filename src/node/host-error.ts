/** What the machine refused, in the few kinds that callers tell apart. Anything else that fails there is a bug. */
export type HostFault =
  /** A tool of an earlier call still works on it. */
  | "busy"
  /** Somebody uses it: a process, another mount namespace. */
  | "in-use"
  | "no-space"
  | "no-loop-device"
  | "corrupt"
  | "bad-option"
  /** It leads nowhere that there could be anything: through a file, in circles, by a name too long. */
  | "bad-path"
  | "cannot-grow-mounted"
  | "not-empty"
  | "missing";

export class HostError extends Error {
  override readonly name = "HostError";
  readonly kind: HostFault;

  constructor(kind: HostFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
