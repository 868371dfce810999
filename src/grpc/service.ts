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
): UntypedServiceImplementation {
  const byName = new Map(rpcs.map((rpc) => [rpc.name, rpc]));
  const handlers = Object.keys(service).map((name) => {
    const rpc = byName.get(name);
    return [name, rpc === undefined ? refuse(name) : serve(rpc, parts)];
  });
  return Object.fromEntries(handlers) as UntypedServiceImplementation;
}

type Unary = (call: ServerUnaryCall<object, object>, reply: sendUnaryData<object>) => void;

function serve(rpc: AnyRpc, parts: PipelineParts): Unary {
  return (call, reply) => {
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
