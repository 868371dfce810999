import { once } from "node:events";
import {
  status as grpcStatus,
  type MethodDefinition,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { AnyRpc } from "../csi/rpc.ts";
import { type Call, type Outcome, type PipelineParts, runCall } from "./pipeline.ts";

/** The handlers of one service. RPCs that are in the proto and not in `rpcs` answer UNIMPLEMENTED, in words. */
export function implementationOf(
  service: ServiceDefinition,
  rpcs: readonly AnyRpc[],
  parts: PipelineParts,
  onlyFor: string | undefined,
): UntypedServiceImplementation {
  const byName = new Map(rpcs.map((rpc) => [rpc.name, rpc]));
  const handlers = Object.entries(service).map(([name, { responseStream }]: [string, Method]) => {
    const serve = serverOf(name, byName.get(name), parts, onlyFor);
    return [name, responseStream ? streaming(serve) : unary(serve)];
  });
  return Object.fromEntries(handlers) as UntypedServiceImplementation;
}

/**
 * The service with a reader of requests that never fails: gRPC would answer INTERNAL to bytes that are no message, as if
 * that were a fault of ours.
 */
export const forgiving = (service: ServiceDefinition): ServiceDefinition =>
  Object.fromEntries(
    Object.entries(service).map(([name, method]: [string, Method]) => [
      name,
      { ...method, requestDeserialize: (bytes: Buffer) => readOr(method.requestDeserialize, bytes) },
    ]),
  );

/** What came in place of a request. */
class Malformed {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

function readOr(read: (bytes: Buffer) => object, bytes: Buffer): object {
  try {
    return read(bytes);
  } catch (error) {
    return new Malformed(error instanceof Error ? error.message : String(error));
  }
}

type Method = MethodDefinition<object, object>;
type Unary = ServerUnaryCall<object, object>;
type Streaming = ServerWritableStream<object, object>;

/** One call, whatever its answer is made of: `send` takes the messages of a stream. */
type Serve = (call: Unary | Streaming, send?: Call["send"]) => Promise<Outcome>;

/** `onlyFor`: the subject whose calls are taken; its certificate was checked when the connection was made. */
function serverOf(name: string, rpc: AnyRpc | undefined, parts: PipelineParts, onlyFor: string | undefined): Serve {
  return async (call, send) => {
    if (onlyFor !== undefined && call.getAuthContext().sslPeerCertificate?.subject.CN !== onlyFor)
      return refusal("PERMISSION_DENIED", `calls are taken from ${onlyFor} only`);
    if (rpc === undefined) return refusal("UNIMPLEMENTED", `${name} is not offered by this driver`);
    if (call.request instanceof Malformed)
      return refusal("INVALID_ARGUMENT", `the request cannot be read: ${call.request.problem}`);
    const deadline = deadlineOf(call);
    const cancelling = new AbortController();
    const cancel = () => cancelling.abort(Date.now() >= deadline ? late() : undefined);
    call.on("cancelled", cancel);
    const { signal } = cancelling;
    const outcome = await runCall(rpc, call.request, { signal, deadline, ...(send && { send }) }, parts);
    // gRPC says so of every call in the end, and to abort costs as much as all else that we do for a small one
    call.off("cancelled", cancel);
    return outcome;
  };
}

const refusal = (code: "PERMISSION_DENIED" | "UNIMPLEMENTED" | "INVALID_ARGUMENT", message: string): Outcome => ({
  ok: false,
  status: { code, message },
});

const unary =
  (serve: Serve) =>
  (call: Unary, reply: sendUnaryData<object>): void => {
    void serve(call).then((outcome) => {
      if (outcome.ok) reply(null, outcome.answer);
      else reply(errorOf(outcome));
    });
  };

const streaming =
  (serve: Serve) =>
  (call: Streaming): void => {
    void serve(call, (message, signal) => write(call, message, signal)).then((outcome) => {
      if (outcome.ok) call.end();
      else call.emit("error", errorOf(outcome));
    });
  };

/** No faster than the caller reads: what it has not taken yet waits here, and not in memory. */
async function write(call: Streaming, message: object, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (call.write(message)) return;
  await once(call, "drain", { signal }).catch(() => signal.throwIfAborted());
}

const errorOf = ({ status }: Extract<Outcome, { ok: false }>) => ({
  code: grpcStatus[status.code],
  details: status.message,
});

const late = (): Error => new DOMException("the deadline passed", "TimeoutError");

function deadlineOf(call: Unary | Streaming): number {
  const deadline = call.getDeadline();
  return typeof deadline === "number" ? deadline : deadline.getTime();
}
