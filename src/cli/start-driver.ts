import type { DriverConfig } from "../config.ts";
import { Locks } from "../csi/locks.ts";
import { withInline } from "../csi/node/inline.ts";
import { pathsOf } from "../csi/node/paths.ts";
import { controllerRpcs, groupControllerRpcs, identityRpcs, nodeRpcs, snapshotMetadataRpcs } from "../csi/rpcs.ts";
import { clearStaleSocket } from "../grpc/endpoint.ts";
import type { PipelineParts } from "../grpc/pipeline.ts";
import { register } from "../grpc/registration.ts";
import { type RunningServer, type Services, serveOnSocket, serveOverTls } from "../grpc/server.ts";
import { type Backstage, backstageOf } from "../host/backstage.ts";
import { type LinuxHost, linuxHost, type OnStep } from "../host/linux-host.ts";
import { commandRunner } from "../host/run.ts";
import { findThrottleTree, Throttle } from "../host/throttle.ts";
import type { Log } from "../log.ts";
import { closeHttp, serveHttp } from "../observe/http.ts";
import { Journal } from "../observe/journal.ts";
import { Metrics } from "../observe/metrics.ts";
import { version } from "../version.ts";
import type { Made } from "./made.ts";
import { makeBackend } from "./make-backend.ts";
import { type Running, startAll } from "./running.ts";
import { placesForSockets } from "./sockets.ts";

export interface RunningDriver {
  readonly config: DriverConfig;
  readonly journal: Journal;
  /** Rejects where the driver found that it cannot work. */
  readonly started: Promise<void>;
  /** Ends calls under way, then itself. Touches no volume. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly log: Log;
  /** Told of every step, before and after. */
  readonly onStep?: OnStep;
}

/** Builds a driver from its parts, by hand, and lets it serve. */
export const startDriver = (config: DriverConfig, options: StartOptions): Promise<RunningDriver> =>
  startAll((running) => start(config, options, running));

async function start(config: DriverConfig, { log, onStep }: StartOptions, running: Running): Promise<RunningDriver> {
  const sockets = await placesForSockets(config);
  const journal = new Journal();
  const host = await makeHost(config, journal, onStep);
  const made = running.add(await makeBackend(config, host, log), ({ close }) => close());
  running.add(host.throttle, (throttle) => throttle.close());
  const { backend, started } = made;
  const metrics = new Metrics(config.driverName);
  metrics.addGauges(made.gauges);
  const parts: PipelineParts = { locks: new Locks(), journal, metrics, log, started };
  started.catch((error: unknown) => log.error({ reason: String(error) }, "the driver cannot work"));

  const ready = () => backend.ready(AbortSignal.timeout(5000));
  if (config.http !== undefined) running.add(await serveHttp(config.http, { journal, metrics, ready }), closeHttp);
  const backstage = await backstageOf(sockets.csi);
  const services = servicesOf(config, made, host, backstage);
  // what lies there is another driver's if one serves that socket
  await clearStaleSocket(sockets.csi);
  if (services.Node !== undefined) await backstage.clear(host);
  running.add(await serveOnSocket(sockets.csi, services, parts, made.answers), stopServer);
  if (config.listen !== undefined)
    running.add(await serveOverTls(config.listen, config.tlsDir ?? "", forController(services), parts), stopServer);
  if (sockets.debug !== undefined) {
    const { serveForDebugging } = await import("../grpc/debug.ts");
    running.add(await serveForDebugging(sockets.debug, services, parts, ready), stopServer);
  }
  if (config.register !== undefined) running.add(await register(config.register, config, log), stopServer);
  log.info(
    { driver: config.driverName, backend: config.backend, endpoint: config.endpoint, node: config.nodeId, version },
    "serving",
  );
  return { config, journal, started, stop: () => running.end() };
}

const stopServer = (server: RunningServer): Promise<void> => server.stop();

async function makeHost(config: DriverConfig, journal: Journal, onStep: OnStep = () => {}): Promise<LinuxHost> {
  return linuxHost({
    run: commandRunner((command) => journal.noteCommand(command)),
    throttle: new Throttle(await findThrottleTree()),
    maxFreezeMs: config.maxFreeze,
    onPlan: ({ steps, finally: after = [] }) => journal.notePlan([...steps, ...after]),
    onStep: (step, phase, ms) => {
      journal.noteStep(step, phase, ms);
      onStep(step, phase, ms);
    },
  });
}

function servicesOf(
  config: DriverConfig,
  { backend, node, manifest }: Made,
  host: LinuxHost,
  { newPath }: Backstage,
): Services {
  const withController = config.services !== "node";
  const nodeParts = {
    backend,
    node: backend.parameters.parseInline === undefined ? node : withInline(node, backend.volumes),
    host,
    paths: pathsOf(config.kubeletDir, host),
    backstage: newPath,
    ...(config.inlineVolumes !== undefined && { inline: { maximumBytes: config.inlineVolumes } }),
  };
  return {
    Identity: identityRpcs(
      backend,
      { name: config.driverName, version, manifest },
      withController || config.listen !== undefined,
    ),
    ...(withController
      ? {
          Controller: controllerRpcs(backend),
          GroupController: groupControllerRpcs(backend),
          SnapshotMetadata: snapshotMetadataRpcs(backend),
        }
      : {}),
    ...(config.services === "controller" ? {} : { Node: nodeRpcs(backend, nodeParts) }),
  };
}

/** What the router may ask of a node: everything but what only kubelet, on that node, has a use for. */
const forController = ({ Node: _, ...services }: Services): Services => services;
