import { createHash } from "node:crypto";
import { mkdir, statfs } from "node:fs/promises";
import type { Server } from "node:http";
import { dirname } from "node:path";
import type { Backend, Topology } from "../backend/backend.ts";
import type { LoopContext } from "../backend/loop/context.ts";
import { loopGauges } from "../backend/loop/gauges.ts";
import { loopBackend } from "../backend/loop/loop-backend.ts";
import { loopNode } from "../backend/loop/node.ts";
import { resumeLimits } from "../backend/loop/resume-limits.ts";
import type { NodeBackend } from "../backend/node-backend.ts";
import type { DriverConfig } from "../config.ts";
import { Locks } from "../csi/locks.ts";
import { pathsOf } from "../csi/node/paths.ts";
import { controllerRpcs, groupControllerRpcs, identityRpcs, nodeRpcs } from "../csi/rpcs.ts";
import { socketPathOf } from "../grpc/endpoint.ts";
import type { Answers } from "../grpc/maintenance.ts";
import type { PipelineParts } from "../grpc/pipeline.ts";
import { register } from "../grpc/registration.ts";
import { type RunningServer, serveGrpc } from "../grpc/server.ts";
import { type LinuxHost, linuxHost, type OnStep } from "../host/linux-host.ts";
import { commandRunner } from "../host/run.ts";
import { findThrottleTree, Throttle } from "../host/throttle.ts";
import type { Log } from "../log.ts";
import { serveHttp } from "../observe/http.ts";
import { Journal } from "../observe/journal.ts";
import { type GaugeSource, Metrics } from "../observe/metrics.ts";
import { poolMaintenance } from "../pool/maintenance.ts";
import { openPool } from "../pool/pool.ts";
import { version } from "../version.ts";

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
export async function startDriver(config: DriverConfig, { log, onStep }: StartOptions): Promise<RunningDriver> {
  const socketPath = socketPathOf(config.endpoint);
  await mkdir(dirname(socketPath), { recursive: true });
  const journal = new Journal();
  const host = await makeHost(config, journal, onStep);
  const made = await makeLoop(config, host);
  const { backend, node } = made;
  const metrics = new Metrics(config.driverName);
  metrics.addGauges(made.gauges);
  const parts: PipelineParts = { locks: new Locks(), journal, metrics, log, started: made.started };
  made.started.catch((error: unknown) => log.error({ reason: String(error) }, "the driver cannot work"));

  const server = await serveGrpc(
    socketPathOf(config.endpoint),
    servicesOf(config, backend, node, host),
    parts,
    made.answers,
  );
  const http =
    config.http &&
    (await serveHttp(config.http, { journal, metrics, ready: () => backend.ready(AbortSignal.timeout(5000)) }));
  const registration = config.register === undefined ? undefined : await register(config.register, config, log);
  log.info(
    { driver: config.driverName, backend: config.backend, endpoint: config.endpoint, node: config.nodeId, version },
    "serving",
  );
  return { config, journal, started: made.started, stop: () => stopAll(registration, server, http, made, host) };
}

interface Made {
  readonly backend: Backend;
  readonly node: NodeBackend;
  readonly started: Promise<void>;
  readonly gauges: readonly GaugeSource[];
  readonly answers: Answers;
  readonly close: () => Promise<void>;
}

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

async function makeLoop(config: DriverConfig, host: LinuxHost): Promise<Made> {
  const { pool: root, endpoint, overprovision: ratio } = config;
  const pool = await openPool({
    root,
    self: { pid: process.pid, endpoint },
    ratio,
    host,
    createWhereEmpty: true,
    mend: true,
  });
  const context: LoopContext = {
    pool,
    host,
    nodeId: config.nodeId,
    topology: topologyOf(config),
    defaultFs: config.defaultFs,
    maxVolumes: config.maxVolumesPerNode,
    attach: config.attach,
    now: () => new Date(),
  };
  const backend = loopBackend(context, await isExt(root));
  const started = pool.loaded.then(() => resumeLimits(context));
  const answers: Answers = { ...poolMaintenance(pool, host) };
  return { backend, node: loopNode(context), started, gauges: loopGauges(context), answers, close: () => pool.close() };
}

function servicesOf(config: DriverConfig, backend: Backend, node: NodeBackend, host: LinuxHost) {
  const withController = config.services !== "node";
  const paths = pathsOf(config.kubeletDir, host);
  return {
    Identity: identityRpcs(backend, { name: config.driverName, version }, withController),
    ...(withController
      ? { Controller: controllerRpcs(backend), GroupController: groupControllerRpcs(backend), SnapshotMetadata: [] }
      : {}),
    ...(config.services === "controller" ? {} : { Node: nodeRpcs(backend, { backend, node, host, paths }) }),
  };
}

/** Topology values have 63 characters at most, node names up to 253. */
function topologyOf({ driverName, nodeId }: DriverConfig): Topology {
  const hash = createHash("sha256").update(nodeId).digest("hex").slice(0, 20);
  return { [`topology.${driverName}/node`]: nodeId.length <= 63 ? nodeId : `${nodeId.slice(0, 40)}-${hash}` };
}

/** statfs(2): the magic number that ext2, ext3 and ext4 share. */
const isExt = async (path: string): Promise<boolean> => (await statfs(path)).type === 0xef53;

async function stopAll(
  registration: RunningServer | undefined,
  server: RunningServer,
  http: Server | undefined,
  made: Made,
  host: LinuxHost,
): Promise<void> {
  await registration?.stop();
  await server.stop();
  http?.closeAllConnections();
  http?.close();
  host.throttle.close();
  await made.close();
}
