import type { AddressInfo } from "node:net";
import type { Log } from "../log.ts";
import type { Ec2 } from "./action.ts";
import { addInstance } from "./admin/instances.ts";
import { durationsOf, type Profile } from "./durations.ts";
import { inOrder } from "./keeper/in-order.ts";
import type { Keeper } from "./keeper/keeper.ts";
import { serve } from "./serve.ts";
import type { InstanceRecord } from "./world/records.ts";
import { World } from "./world/world.ts";
import { regionOf } from "./world/zones.ts";

export interface SimulatorOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly profile: Profile;
  readonly instances: readonly Pick<InstanceRecord, "id" | "type" | "zone">[];
  readonly keeper: Keeper;
  readonly log: Log;
  readonly now?: () => number;
}

export interface Simulator {
  /** Where it is served, as AWS SDKs want it. */
  readonly url: string;
  readonly ec2: Ec2;
  close(): Promise<void>;
}

/** EC2, as far as volumes go, on a socket of this machine. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { log, now = Date.now } = options;
  const world = new World({ now });
  const ec2: Ec2 = {
    world,
    keeper: inOrder(options.keeper),
    durations: durationsOf(options.profile),
    account: "000000000000",
    onChange: () => {},
    later: (at, work) => {
      setTimeout(
        () => void work().catch((error: unknown) => log.error({ err: error }, "failed behind an answer")),
        at - now(),
      ).unref();
    },
  };
  await recall(ec2);
  for (const instance of options.instances) await addInstance(instance, ec2);
  const [first] = options.instances;
  const server = await serve(options.listen, {
    ec2,
    log,
    defaultRegion: first === undefined ? "us-east-1" : regionOf(first.zone),
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.listen.host}:${port}`,
    ec2,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
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
