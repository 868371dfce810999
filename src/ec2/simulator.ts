import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Loops } from "../host/loop.ts";
import type { Run } from "../host/run.ts";
import type { Throttle } from "../host/throttle.ts";
import type { Log } from "../log.ts";
import type { Ec2 } from "./action.ts";
import { addInstance } from "./admin/instances.ts";
import { durationsOf, type Profile, profiles } from "./durations.ts";
import { Faults } from "./faults/faults.ts";
import { Hands, type OnPlugStep } from "./hotplug/hands.ts";
import { Switchboard } from "./hotplug/switchboard.ts";
import type { Statement } from "./iam/policy.ts";
import { serveImds } from "./imds.ts";
import { inOrder } from "./keeper/in-order.ts";
import type { Keeper } from "./keeper/keeper.ts";
import { Pace } from "./pace.ts";
import { serve } from "./serve.ts";
import { burn, bury } from "./volumes/birth.ts";
import type { Credentials } from "./wire/signature.ts";
import { account } from "./world/ids.ts";
import type { InstanceRecord } from "./world/records.ts";
import { World } from "./world/world.ts";
import { regionOf } from "./world/zones.ts";

export interface SimulatorOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly profile: Profile;
  readonly instances: readonly Pick<InstanceRecord, "id" | "type" | "zone">[];
  readonly keeper: Keeper;
  /** Undefined where there are no bytes. */
  readonly blocks?: BlockParts | undefined;
  readonly log: Log;
  /** What callers may do; undefined: everything. */
  readonly policy?: readonly Statement[] | undefined;
  /** Whose signatures are accepted; undefined: nobody looks at them. */
  readonly credentials?: Credentials | undefined;
  /** Where the metadata service of the first instance is served. */
  readonly imds?: { readonly host: string; readonly port: number } | undefined;
  /** How far describes lag behind. */
  readonly consistencyDelayMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** What is needed to show volumes as devices. */
export interface BlockParts {
  readonly fileOf: (volumeId: string) => string;
  /** Whether this process plugs in what is attached; otherwise agents may. */
  readonly plugsHere: boolean;
  readonly loops: Loops;
  readonly run: Run;
  readonly throttle: Throttle;
  /** `/dev`, but for tests. */
  readonly directory: string;
  readonly onStep?: OnPlugStep;
}

export interface Simulator {
  /** Where it is served, as AWS SDKs want it. */
  readonly url: string;
  readonly imdsUrl: string | undefined;
  readonly ec2: Ec2;
  /** What is plugged in stays so. */
  close(): Promise<void>;
}

/** EC2, as far as volumes go, on a socket of this machine. What it began ends where it cannot go on. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { log, listen, instances, blocks, now = Date.now, consistencyDelayMs = 0 } = options;
  await using stack = new AsyncDisposableStack();
  const faults = new Faults({ now, random: options.random ?? Math.random, log });
  let hotplug: Switchboard | undefined;
  const world = new World({
    now,
    keepMs: () => Math.max(consistencyDelayMs, faults.longestDelayMs()),
    hasHands: (id) => hotplug?.hasHands(id) ?? false,
    isInHands: (volumeId, instanceId) => hotplug?.isInHands(volumeId, instanceId) ?? false,
    isActive: (rule) => faults.isActive(rule),
  });
  const keeper = inOrder(options.keeper);
  hotplug = blocks && new Switchboard({ world, keeper, burstScale: profiles[options.profile], ...blocks });
  let hands: Hands | undefined;
  const ec2: Ec2 = {
    world,
    keeper,
    durations: durationsOf(options.profile),
    account,
    policy: options.policy,
    credentials: options.credentials,
    faults,
    pace: new Pace(1 / profiles[options.profile]),
    consistencyDelayMs,
    hotplug,
    onChange: () => hands?.poke(),
    later: (at, work) => {
      const failed = (error: unknown) => log.error({ err: error }, "failed behind an answer");
      const look = () => void (now() >= at ? work().catch(failed) : ec2.later(at, work));
      setTimeout(look, Math.max(1, at - now())).unref();
    },
  };
  stack.defer(() => ec2.keeper.close());
  await recall(ec2);
  for (const instance of instances) await addInstance(instance, ec2);
  if (blocks !== undefined && hotplug !== undefined) {
    const working = new Hands({ ...blocks, orders: hotplug.own(), log });
    stack.defer(() => working.close());
    hands = working;
    await working.ready;
  }
  const [first] = instances;
  const defaultRegion = first === undefined ? "us-east-1" : regionOf(first.zone);
  const described = { instance: () => world.instances.get(first?.id ?? "", now()), now };
  const imds = options.imds && (await serveImds(options.imds, described));
  stack.defer(() => closed(imds));
  const server = await serve(listen, { ec2, log, defaultRegion });
  stack.defer(() => closed(server));
  const all = stack.move();
  return {
    url: urlOf(listen.host, server),
    imdsUrl: imds && options.imds && urlOf(options.imds.host, imds),
    ec2,
    close: () => all.disposeAsync(),
  };
}

const urlOf = (host: string, server: Server): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

async function closed(server: Server | undefined): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
}

/** What an earlier life kept. */
async function recall(ec2: Ec2): Promise<void> {
  const { world, keeper } = ec2;
  const { volumes, snapshots, instances, burnt } = await keeper.load();
  for (const token of burnt) burn(token, ec2);
  for (const volume of volumes) {
    // one that was to vanish, and whose end this process's did not live to see
    if (volume.vanishes) await bury(volume, ec2);
    else world.putVolume(volume);
  }
  for (const snapshot of snapshots) world.snapshots.set(snapshot, world.now);
  for (const instance of instances) world.instances.set(instance, world.now);
}
