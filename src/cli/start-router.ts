import type { DriverConfig } from "../config.ts";
import { Locks } from "../csi/locks.ts";
import { routedRpcs } from "../csi/router/routed-rpcs.ts";
import { grpcPeers } from "../grpc/peers.ts";
import { serveOnSocket } from "../grpc/server.ts";
import { addressesOf } from "../kubernetes/endpoint-slices.ts";
import type { Log } from "../log.ts";
import { closeHttp, serveHttp } from "../observe/http.ts";
import { Journal } from "../observe/journal.ts";
import { Metrics } from "../observe/metrics.ts";
import { version } from "../version.ts";
import { type Running, startAll } from "./running.ts";
import { placesForSockets } from "./sockets.ts";

/** The controller of a cluster whose volumes live on its nodes: no pool, no privilege, only calls to pass on. */
export const startRouter = (config: DriverConfig, log: Log): Promise<{ stop(): Promise<void> }> =>
  startAll((running) => start(config, log, running));

async function start(config: DriverConfig, log: Log, running: Running): Promise<{ stop(): Promise<void> }> {
  const sockets = await placesForSockets(config);
  const options = { tlsDir: config.tlsDir ?? "", log, discover: discoverer(config) };
  const peers = running.add(grpcPeers(options), ({ stop }) => stop());
  const [journal, metrics] = [new Journal(), new Metrics(config.driverName)];
  const nodes = (reachable: boolean) => peers.all().filter((peer) => peer.reachable === reachable).length;
  metrics.addGauges([
    { name: "kura_nodes", help: "Nodes that answer", read: () => nodes(true) },
    { name: "kura_nodes_away", help: "Nodes that were heard of and do not answer now", read: () => nodes(false) },
  ]);
  const rpcs = routedRpcs(peers, { name: config.driverName, version, manifest: {} });
  const ready = async () => nodes(true) > 0;
  if (config.http !== undefined) running.add(await serveHttp(config.http, { journal, metrics, ready }), closeHttp);
  const parts = { locks: new Locks(), journal, metrics, log, started: Promise.resolve() };
  running.add(await serveOnSocket(sockets.csi, rpcs, parts), (server) => server.stop());
  if (sockets.debug !== undefined) {
    const { serveForDebugging } = await import("../grpc/debug.ts");
    running.add(await serveForDebugging(sockets.debug, rpcs, parts, ready), (server) => server.stop());
  }
  log.info({ driver: config.driverName, endpoint: config.endpoint, version }, "routing");
  return { stop: () => running.end() };
}

function discoverer({ nodes }: DriverConfig): () => Promise<readonly string[]> {
  if (nodes === undefined) return async () => [];
  return nodes.by === "address" ? async () => nodes.addresses : () => addressesOf(nodes.namespace, nodes.service);
}
