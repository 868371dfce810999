import { type ChannelCredentials, type Client, status as grpcStatus, type ServiceError } from "@grpc/grpc-js";
import { type Code, CsiError, isCode } from "../csi/errors.ts";
import type { Peer, Peers } from "../csi/router/peers.ts";
import type { Log } from "../log.ts";
import { CallError, serviceWith, streamOf } from "./client.ts";
import { clientOf, type ServiceName } from "./load.ts";
import { type Introduction, parseManifest } from "./manifest.ts";
import { controllerCredentials, nodeName } from "./tls.ts";

export interface PeersOptions {
  readonly tlsDir: string;
  readonly log: Log;
  /** Addresses of the nodes that there are now; called again and again. */
  readonly discover: () => Promise<readonly string[]>;
}

/** How often nodes are looked for, and asked who they are. */
const refreshMs = 2000;
const introductionMs = 2000;

/** How long a forwarded call may take where the caller set no limit: as long as a sidecar waits at most. */
const longestCallMs = 300_000;

export interface RunningPeers extends Peers {
  stop(): void;
}

/** The drivers of the nodes, over mutual TLS. Who was heard of once is remembered while it is away. */
export function grpcPeers({ tlsDir, log, discover }: PeersOptions): RunningPeers {
  const credentials = controllerCredentials(tlsDir);
  const connections = new Map<string, Connection>();
  const known = new Map<string, GrpcPeer>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function refresh(): Promise<void> {
    const addresses = await discover().catch((error: unknown) => {
      log.warn({ reason: String(error) }, "nodes cannot be looked for");
      return [...connections.keys()];
    });
    for (const address of addresses)
      if (!connections.has(address)) connections.set(address, new Connection(address, credentials));
    for (const [address, connection] of connections) {
      if (addresses.includes(address)) continue;
      connection.close();
      connections.delete(address);
    }
    await Promise.all([...connections.values()].map(meet));
    const live = new Set(connections.values());
    for (const peer of known.values()) if (!live.has(peer.connection)) mark(peer, false);
  }

  /** Asks who is there, and keeps the answer. */
  async function meet(connection: Connection): Promise<void> {
    const before = [...known.values()].filter((peer) => peer.connection === connection);
    try {
      const answer = await connection.call<{ manifest: Record<string, string> }>(
        "GetPluginInfo",
        {},
        AbortSignal.timeout(introductionMs),
      );
      const introduced = parseManifest(answer.manifest);
      const peer = known.get(introduced.node);
      if (peer === undefined)
        log.info({ node: introduced.node, address: connection.address, pools: introduced.pools }, "node found");
      known.set(introduced.node, new GrpcPeer(introduced, connection, true));
      for (const former of before) if (former.node !== introduced.node) mark(former, false);
    } catch (error) {
      for (const former of before) mark(former, false);
      log.debug({ address: connection.address, reason: String(error) }, "node does not answer");
    }
  }

  function mark(peer: GrpcPeer, reachable: boolean): void {
    if (peer.reachable && !reachable) log.warn({ node: peer.node }, "node cannot be reached");
    known.set(peer.node, new GrpcPeer(peer, peer.connection, reachable));
  }

  const loop = async (): Promise<void> => {
    await refresh().catch((error: unknown) => log.error({ reason: String(error) }, "nodes cannot be refreshed"));
    if (!stopped) timer = setTimeout(() => void loop(), refreshMs);
  };
  void loop();

  /** A disk may have gone to another node, or its node got another name: whoever answers for a pool has it. */
  function all(): readonly Peer[] {
    const peers = [...known.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
    const held = new Set(peers.filter(({ reachable }) => reachable).flatMap(({ pools }) => pools));
    return peers.map((peer) => (peer.reachable ? peer : peer.without(held)));
  }

  return {
    all,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      for (const connection of connections.values()) connection.close();
    },
  };
}

class GrpcPeer implements Peer {
  readonly node: string;
  readonly pools: readonly string[];
  readonly poolNames: readonly string[];
  readonly topology: Peer["topology"];
  readonly reachable: boolean;
  readonly connection: Connection;

  constructor(introduced: Introduction, connection: Connection, reachable: boolean) {
    this.node = introduced.node;
    this.pools = introduced.pools;
    this.poolNames = introduced.poolNames;
    this.topology = introduced.topology;
    this.connection = connection;
    this.reachable = reachable;
  }

  without(pools: ReadonlySet<string>): GrpcPeer {
    const kept = this.pools.filter((pool) => !pools.has(pool));
    return new GrpcPeer({ ...this, pools: kept }, this.connection, this.reachable);
  }

  call<Answer extends object>(rpc: string, request: object, signal: AbortSignal): Promise<Answer> {
    return this.connection.call<Answer>(rpc, request, signal);
  }

  stream(rpc: string, request: object, signal: AbortSignal): AsyncIterable<object> {
    return this.connection.stream(rpc, request, signal);
  }
}

type Method = (
  request: object,
  options: { deadline: number },
  reply: (error: ServiceError | null, answer: object) => void,
) => { cancel(): void };

class Connection {
  readonly address: string;
  readonly #credentials: ChannelCredentials;
  readonly #clients = new Map<ServiceName, Client>();

  constructor(address: string, credentials: ChannelCredentials) {
    this.address = address;
    this.#credentials = credentials;
  }

  call<Answer extends object>(rpc: string, request: object, signal: AbortSignal): Promise<Answer> {
    const client = this.#clientFor(serviceWith(rpc));
    const method = Reflect.get(client, rpc) as Method;
    return new Promise((resolve, reject) => {
      const call = method.call(client, request, { deadline: Date.now() + longestCallMs }, (error, answer) => {
        signal.removeEventListener("abort", cancel);
        if (error === null) resolve(answer as Answer);
        else reject(new CsiError(codeOf(error), error.details));
      });
      const cancel = () => call.cancel();
      if (signal.aborted) cancel();
      else signal.addEventListener("abort", cancel);
    });
  }

  async *stream(rpc: string, request: object, signal: AbortSignal): AsyncGenerator<object> {
    const client = this.#clientFor(serviceWith(rpc));
    try {
      yield* streamOf(client, rpc, request, { deadline: Date.now() + longestCallMs }, signal);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new CsiError(isCode(error.code) ? error.code : "INTERNAL", error.message);
    }
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #clientFor(service: ServiceName): Client {
    const options = {
      "grpc.ssl_target_name_override": nodeName,
      "grpc.initial_reconnect_backoff_ms": 200,
      "grpc.max_reconnect_backoff_ms": 2000,
    };
    const client = this.#clients.get(service) ?? new (clientOf(service))(this.address, this.#credentials, options);
    this.#clients.set(service, client);
    return client;
  }
}

function codeOf(error: ServiceError): Code {
  const name = grpcStatus[error.code] ?? "";
  return isCode(name) ? name : "INTERNAL";
}
