import type { AddressInfo } from "node:net";
import type { Loops } from "../host/loop.ts";
import type { Run } from "../host/run.ts";
import type { Throttle } from "../host/throttle.ts";
import type { Log } from "../log.ts";
import type { Ec2 } from "./action.ts";
import { addInstance } from "./admin/instances.ts";
import { durationsOf, type Profile, profiles } from "./durations.ts";
import { Faults } from "./faults/faults.ts";
import { Hands } from "./hotplug/hands.ts";
import { Switchboard } from "./hotplug/switchboard.ts";
import { inOrder } from "./keeper/in-order.ts";
import type { Keeper } from "./keeper/keeper.ts";
import { Pace } from "./pace.ts";
import { serve } from "./serve.ts";
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
}

export interface Simulator {
  /** Where it is served, as AWS SDKs want it. */
  readonly url: string;
  readonly ec2: Ec2;
  /** What is plugged in stays so. */
  close(): Promise<void>;
}

/** EC2, as far as volumes go, on a socket of this machine. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { log, listen, instances, blocks, now = Date.now, random = Math.random, consistencyDelayMs = 0 } = options;
  const faults = new Faults({ now, random, log });
  let hotplug: Switchboard | undefined;
  const world = new World({
    now,
    keepMs: () => Math.max(consistencyDelayMs, faults.longestDelayMs()),
    hasHands: (id) => hotplug?.hasHands(id) ?? false,
    isActive: (rule) => faults.isActive(rule),
    isImpaired: (volumeId) =>
      faults.fire("impaired", { action: "DescribeVolumeStatus", volumeIds: [volumeId] }) !== undefined,
  });
  hotplug = blocks && new Switchboard({ world, ...blocks });
  let hands: Hands | undefined;
  const ec2: Ec2 = {
    world,
    keeper: inOrder(options.keeper),
    durations: durationsOf(options.profile),
    account: "000000000000",
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
  await recall(ec2);
  for (const instance of instances) await addInstance(instance, ec2);
  if (blocks !== undefined && hotplug !== undefined) {
    hands = new Hands({ ...blocks, orders: hotplug.own(), log });
    await hands.ready;
  }
  const [first] = instances;
  const defaultRegion = first === undefined ? "us-east-1" : regionOf(first.zone);
  const server = await serve(listen, { ec2, log, defaultRegion });
  return {
    url: `http://${listen.host}:${(server.address() as AddressInfo).port}`,
    ec2,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hands?.close();
      await ec2.keeper.close();
    },
  };
}

/** What an earlier life kept. */
async function recall({ world, keeper, durations }: Ec2): Promise<void> {
  const { volumes, snapshots, instances, burnt } = await keeper.load();
  for (const token of burnt) world.burn(token, durations.clientToken);
  for (const volume of volumes) world.putVolume(volume);
  for (const snapshot of snapshots) world.snapshots.set(snapshot, world.now);
  for (const instance of instances) world.instances.set(instance, world.now);
}
