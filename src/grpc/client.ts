import {
  type CallOptions,
  type Client,
  type ClientReadableStream,
  credentials,
  status as grpcStatus,
  type ServiceError,
} from "@grpc/grpc-js";
import { socketPathOf } from "./endpoint.ts";
import { clientOf, type ServiceName, serviceNames, serviceOf } from "./load.ts";

/** A refusal, in CSI's words. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly code: string;

  constructor(error: ServiceError) {
    super(inWords(error.details));
    this.code = grpcStatus[error.code] ?? String(error.code);
  }
}

/** What grpc-js says where nobody serves the socket, without its words about itself. */
function inWords(details: string): string {
  const [, reason] =
    /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note:/.exec(details) ?? [];
  return reason === undefined ? details : `nobody answers: ${reason}`;
}

type Method = (
  request: object,
  options: { deadline: number },
  reply: (error: ServiceError | null, answer: object) => void,
) => void;

/** A CSI client for any RPC, by name. */
export interface CsiClient {
  call<Answer extends object = Record<string, unknown>>(
    rpc: string,
    request?: object,
    timeoutMs?: number,
  ): Promise<Answer>;
  /** The answers of an RPC that has many. */
  stream<Answer extends object = Record<string, unknown>>(
    rpc: string,
    request?: object,
    timeoutMs?: number,
  ): AsyncIterable<Answer>;
  close(): void;
}

/** A driver that is being started is there in a moment: ask again soon, and not ever more seldom. */
const options = { "grpc.initial_reconnect_backoff_ms": 50, "grpc.max_reconnect_backoff_ms": 1000 };

export function csiClient(endpoint: string): CsiClient {
  const target = `unix:${socketPathOf(endpoint)}`;
  const clients = new Map<ServiceName, Client>();
  const clientFor = (service: ServiceName): Client => {
    const known = clients.get(service) ?? new (clientOf(service))(target, credentials.createInsecure(), options);
    clients.set(service, known);
    return known;
  };
  return {
    call: (rpc, request = {}, timeoutMs = 60_000) => {
      const client = clientFor(serviceWith(rpc));
      const method = Reflect.get(client, rpc) as Method;
      return new Promise((resolve, reject) => {
        method.call(client, request, { deadline: Date.now() + timeoutMs }, (error, answer) =>
          error === null ? resolve(answer as never) : reject(new CallError(error)),
        );
      });
    },
    stream: (rpc, request = {}, timeoutMs = 60_000) =>
      streamOf(clientFor(serviceWith(rpc)), rpc, request, { deadline: Date.now() + timeoutMs }),
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}

type StreamingMethod = (request: object, options: CallOptions) => ClientReadableStream<object>;

/** Reads as fast as it is asked, and cancels the call when nobody asks any more. */
export async function* streamOf<Answer extends object>(
  client: Client,
  rpc: string,
  request: object,
  options: CallOptions,
  signal?: AbortSignal,
): AsyncGenerator<Answer> {
  const call = (Reflect.get(client, rpc) as StreamingMethod).call(client, request, options);
  const cancel = () => call.cancel();
  signal?.addEventListener("abort", cancel);
  try {
    for await (const message of call) yield message as Answer;
  } catch (error) {
    throw new CallError(error as ServiceError);
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}

export const isStreaming = (rpc: string): boolean => serviceOf(serviceWith(rpc))[rpc]?.responseStream ?? false;

/** Which service an RPC belongs to; its name is unique over all of them. */
export function serviceWith(rpc: string): ServiceName {
  const service = serviceNames.find((name) => rpc in serviceOf(name));
  if (service === undefined) throw new Error(`${rpc} is not an RPC of CSI 1.13; there are ${allRpcs().join(", ")}`);
  return service;
}

export const allRpcs = (): readonly string[] => serviceNames.flatMap((name) => Object.keys(serviceOf(name)));
