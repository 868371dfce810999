import { CsiError } from "../../src/csi/errors.ts";
import { Locks } from "../../src/csi/locks.ts";
import type { AnyRpc } from "../../src/csi/rpc.ts";
import { statusOf } from "../../src/csi/status.ts";
import { serviceWith } from "../../src/grpc/client.ts";
import { serviceOf } from "../../src/grpc/load.ts";

/** What fields are called on the wire is not what a test wants to type in full: absent ones get their defaults there. */
export type Call = <Answer = Readonly<Record<string, unknown>>>(rpc: string, request?: object) => Promise<Answer>;

/** Calls RPCs as a server would, and lets requests and answers go through the wire format; refusals are CsiErrors. */
export function caller(rpcs: readonly AnyRpc[], patienceMs = 2000): Call {
  const locks = new Locks();
  return async (name, request = {}) => {
    const rpc = rpcs.find((rpc) => rpc.name === name);
    if (rpc === undefined) throw new CsiError("UNIMPLEMENTED", `${name} is not offered`);
    try {
      const { signal } = new AbortController();
      const wish = rpc.parse(overTheWire(name, "request", request));
      const answer = await locks.run(rpc.locks(wish), patienceMs, () => rpc.handle(wish, signal));
      return overTheWire(name, "response", answer) as never;
    } catch (error) {
      const { code, message } = statusOf(error);
      throw new CsiError(code, message, { cause: error });
    }
  };
}

function overTheWire(rpc: string, what: "request" | "response", message: object): object {
  const method = serviceOf(serviceWith(rpc))[rpc];
  if (method === undefined) throw new Error(`${rpc} is not in the proto`);
  return what === "request"
    ? method.requestDeserialize(method.requestSerialize(message))
    : method.responseDeserialize(method.responseSerialize(message));
}
