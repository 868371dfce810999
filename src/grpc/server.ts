import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { AnyRpc } from "../csi/rpc.ts";
import { clearStaleSocket } from "./endpoint.ts";
import { type ServiceName, serviceOf } from "./load.ts";
import { type Answers, addMaintenance } from "./maintenance.ts";
import type { PipelineParts } from "./pipeline.ts";
import { implementationOf } from "./service.ts";

/** Calls that a stop waits for, at most. */
const drainMs = 20_000;

export interface RunningServer {
  /** Takes no new calls, lets those under way finish. */
  stop(): Promise<void>;
}

/** Serves the given services on a unix socket. */
export async function serveGrpc(
  socketPath: string,
  services: Readonly<Partial<Record<ServiceName, readonly AnyRpc[]>>>,
  parts: PipelineParts,
  answers: Answers = {},
): Promise<RunningServer> {
  await clearStaleSocket(socketPath);
  const server = new Server({ "grpc.max_receive_message_length": 4 * 1024 * 1024 });
  for (const [name, rpcs] of Object.entries(services)) {
    const service = serviceOf(name as ServiceName);
    server.addService(service, implementationOf(service, rpcs, parts));
  }
  addMaintenance(server, answers);
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) =>
      error === null ? resolve() : reject(error),
    );
  });
  return { stop: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, drainMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
