import { chmod } from "node:fs/promises";
import { ServerCredentials } from "@grpc/grpc-js";
import { clearStaleSocket } from "./endpoint.ts";
import { addHealth } from "./health.ts";
import type { PipelineParts } from "./pipeline.ts";
import { addReflection } from "./reflection.ts";
import { listen, type RunningServer, type Services, serverOf } from "./server.ts";

/**
 * The same services on a second socket that says what it serves, so that grpcurl and its like can call them. For its
 * owner alone, and only where it is asked for: sidecars and kubelet have no use for it.
 */
export async function serveForDebugging(
  path: string,
  services: Services,
  parts: PipelineParts,
  ready: () => Promise<boolean>,
): Promise<RunningServer> {
  await clearStaleSocket(path);
  const server = serverOf(services, parts, undefined);
  const names = Object.keys(services).map((name) => `csi.v1.${name}`);
  addHealth(server, names, ready);
  addReflection(server, names);
  const running = await listen(server, `unix:${path}`, ServerCredentials.createInsecure());
  await chmod(path, 0o600);
  return running;
}
