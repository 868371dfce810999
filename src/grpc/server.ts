import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { AnyRpc } from "../csi/rpc.ts";
import { clearStaleSocket } from "./endpoint.ts";
import { type ServiceName, serviceOf } from "./load.ts";
import { type AnswersOfPools, addMaintenance } from "./maintenance.ts";
import type { PipelineParts } from "./pipeline.ts";
import { forgiving, implementationOf } from "./service.ts";
import { controllerName, nodeCredentials } from "./tls.ts";

/** Calls that a stop waits for, at most. */
const drainMs = 20_000;

export interface RunningServer {
  /** Takes no new calls, lets those under way finish. */
  stop(): Promise<void>;
}

export type Services = Readonly<Partial<Record<ServiceName, readonly AnyRpc[]>>>;

/** Serves the given services on a unix socket: for those who may open it. */
export async function serveOnSocket(
  socketPath: string,
  services: Services,
  parts: PipelineParts,
  answers: AnswersOfPools = new Map(),
): Promise<RunningServer> {
  await clearStaleSocket(socketPath);
  const server = serverOf(services, parts, undefined);
  addMaintenance(server, answers);
  return listen(server, `unix:${socketPath}`, ServerCredentials.createInsecure());
}

/** Serves over TCP, to the controller and nobody else: mutual TLS, and its name in the certificate. */
export function serveOverTls(
  { host, port }: { host: string; port: number },
  tlsDir: string,
  services: Services,
  parts: PipelineParts,
): Promise<RunningServer> {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return listen(serverOf(services, parts, controllerName), address, nodeCredentials(tlsDir));
}

export function serverOf(services: Services, parts: PipelineParts, onlyFor: string | undefined): Server {
  const server = new Server({ "grpc.max_receive_message_length": 4 * 1024 * 1024 });
  for (const [name, rpcs] of Object.entries(services)) {
    const service = serviceOf(name as ServiceName);
    server.addService(forgiving(service), implementationOf(service, rpcs, parts, onlyFor));
  }
  return server;
}

export async function listen(server: Server, address: string, credentials: ServerCredentials): Promise<RunningServer> {
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, credentials, (error) => (error === null ? resolve() : reject(error)));
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
