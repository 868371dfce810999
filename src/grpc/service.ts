import {
  status as grpcStatus,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { AnyRpc } from "../csi/rpc.ts";
import { type PipelineParts, runCall } from "./pipeline.ts";

/** The handlers of one service. RPCs that are in the proto and not in `rpcs` answer UNIMPLEMENTED, in words. */
export function implementationOf(
  service: ServiceDefinition,
  rpcs: readonly AnyRpc[],
  parts: PipelineParts,
  onlyFor: string | undefined,
): UntypedServiceImplementation {
  const byName = new Map(rpcs.map((rpc) => [rpc.name, rpc]));
  const handlers = Object.keys(service).map((name) => {
    const rpc = byName.get(name);
    return [name, rpc === undefined ? refuse(name) : serve(rpc, parts, onlyFor)];
  });
  return Object.fromEntries(handlers) as UntypedServiceImplementation;
}

type Unary = (call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>) => void;

/** `onlyFor`: the subject whose calls are taken; its certificate was checked when the connection was made. */
function serve(rpc: AnyRpc, parts: PipelineParts, onlyFor: string | undefined): Unary {
  return (call, reply) => {
    if (onlyFor !== undefined && call.getAuthContext().sslPeerCertificate?.subject.CN !== onlyFor) {
      reply({ code: grpcStatus.PERMISSION_DENIED, details: `calls are taken from ${onlyFor} only` });
      return;
    }
    const deadline = deadlineOf(call);
    const cancelling = new AbortController();
    call.on("cancelled", () => cancelling.abort(Date.now() >= deadline ? late() : undefined));
    void runCall(rpc, call.request, { signal: cancelling.signal, deadline }, parts).then((outcome) => {
      if (outcome.ok) reply(null, outcome.answer);
      else reply({ code: grpcStatus[outcome.status.code], details: outcome.status.message });
    });
  };
}

const refuse =
  (name: string): Unary =>
  (_, reply) =>
    reply({ code: grpcStatus.UNIMPLEMENTED, details: `${name} is not offered by this driver` });

const late = (): Error => new DOMException("the deadline passed", "TimeoutError");

function deadlineOf(call: ServerUnaryCall<object, object>): number {
  const deadline = call.getDeadline();
  return typeof deadline === "number" ? deadline : deadline.getTime();
}
