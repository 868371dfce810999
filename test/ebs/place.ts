import {
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Tag,
} from "@aws-sdk/client-ec2";
import { expect } from "vitest";
import type { FaultWish } from "../../src/ec2/faults/rule.ts";
import type { SimulatorOptions } from "../../src/ec2/simulator.ts";
import { makeSimulator, type TestSimulator } from "../ec2/support/simulator.ts";
import { Co } from "../support/co.ts";
import type { TestDriver } from "../support/driver.ts";
import { zone } from "../support/ebs-backend.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
import { eventually } from "../support/eventually.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

/** A driver, its CO, and the EC2 before which it works; no bytes, so no node. */
export interface EbsPlace extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly simulator: TestSimulator;
  readonly driver: TestDriver;
  readonly co: Co;
  /** Lets something go wrong until disposed. */
  fault(wish: FaultWish): Disposable & { readonly fired: () => number };
  /** What EC2 has of that name now, as EC2 itself tells. */
  volumesNamed(name: string): Promise<readonly string[]>;
  snapshotsNamed(name: string): Promise<readonly string[]>;
  snapshotState(id: string): Promise<string | undefined>;
  /** Everything that EC2 has, whatever its name, and nothing that is on its way out. */
  stock(): Promise<Stock>;
  /** Takes all of it away, so that whatever comes after is seen for itself. */
  clear(): Promise<void>;
  /** A volume that bears no tag of ours. */
  volumeOfOthers(): Promise<string>;
}

/** How many there are. */
export interface Stock {
  readonly volumes: number;
  readonly snapshots: number;
  readonly attachments: number;
}

export async function makePlace(
  flags: readonly string[] = [],
  options: Partial<SimulatorOptions> = {},
  program?: string,
): Promise<EbsPlace> {
  const resources = new AsyncDisposableStack();
  const sandbox = resources.use(await makeSandbox({ plain: true }));
  const simulator = resources.use(await makeSimulator({ profile: "fast", ...options }));
  const driver = resources.use(
    await startEbsDriver(sandbox, simulator, { flags, ...(program === undefined ? {} : { program }) }),
  );
  const { client, ec2 } = simulator;
  const named = (key: string, name: string) => (thing: { Tags?: Tag[] | undefined }) =>
    thing.Tags?.some(({ Key, Value }) => Key === key && Value === name) ?? false;
  const volumesNow = async () => {
    const { Volumes = [] } = await client.send(new DescribeVolumesCommand({}));
    return Volumes.filter(({ State }) => State !== "deleting");
  };
  const snapshotsNow = async () =>
    (await client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }))).Snapshots ?? [];
  const stock = async () => {
    const volumes = await volumesNow();
    const attachments = volumes.flatMap(({ Attachments = [] }) => Attachments);
    return { volumes: volumes.length, snapshots: (await snapshotsNow()).length, attachments: attachments.length };
  };
  return {
    sandbox,
    simulator,
    driver,
    co: new Co(sandbox, driver),
    fault(wish) {
      const { id } = ec2.faults.add(wish);
      const fired = () => ec2.faults.list().find((rule) => rule.id === id)?.fired ?? 0;
      return { fired, [Symbol.dispose]: () => void ec2.faults.clear(id) };
    },
    async volumesNamed(name) {
      const there = (await volumesNow()).filter(named("CSIVolumeName", name));
      return there.map(({ VolumeId = "" }) => VolumeId);
    },
    async snapshotsNamed(name) {
      const there = (await snapshotsNow()).filter(named("CSIVolumeSnapshotName", name));
      return there.map(({ SnapshotId = "" }) => SnapshotId);
    },
    stock,
    clear: () =>
      eventually(async () => {
        for (const { VolumeId, State } of await volumesNow())
          await client.send(
            State === "in-use" ? new DetachVolumeCommand({ VolumeId }) : new DeleteVolumeCommand({ VolumeId }),
          );
        for (const { SnapshotId } of await snapshotsNow()) await client.send(new DeleteSnapshotCommand({ SnapshotId }));
        expect(await stock()).toEqual({ volumes: 0, snapshots: 0, attachments: 0 });
      }),
    async snapshotState(id) {
      const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
      return Snapshots[0]?.State;
    },
    async volumeOfOthers() {
      const Tags = [{ Key: "ebs.csi.aws.com/cluster", Value: "true" }];
      const TagSpecifications = [{ ResourceType: "volume" as const, Tags }];
      const input = { AvailabilityZone: zone, Size: 1, TagSpecifications };
      const { VolumeId = "" } = await client.send(new CreateVolumeCommand(input));
      await client.send(new DeleteTagsCommand({ Resources: [VolumeId], Tags }));
      return VolumeId;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
