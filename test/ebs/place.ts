import { DescribeSnapshotsCommand, DescribeVolumesCommand, type Tag } from "@aws-sdk/client-ec2";
import type { FaultWish } from "../../src/ec2/faults/rule.ts";
import { makeSimulator, type TestSimulator } from "../ec2/support/simulator.ts";
import { Co } from "../support/co.ts";
import type { TestDriver } from "../support/driver.ts";
import { startEbsDriver } from "../support/ebs-driver.ts";
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
}

export async function makePlace(flags: readonly string[] = []): Promise<EbsPlace> {
  const resources = new AsyncDisposableStack();
  const sandbox = resources.use(await makeSandbox({ plain: true }));
  const simulator = resources.use(await makeSimulator({ profile: "fast" }));
  const driver = resources.use(await startEbsDriver(sandbox, simulator, { flags }));
  const { client, ec2 } = simulator;
  const named = (key: string, name: string) => (thing: { Tags?: Tag[] | undefined }) =>
    thing.Tags?.some(({ Key, Value }) => Key === key && Value === name) ?? false;
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
      const { Volumes = [] } = await client.send(new DescribeVolumesCommand({}));
      const there = Volumes.filter(({ State }) => State !== "deleting");
      return there.filter(named("CSIVolumeName", name)).map(({ VolumeId = "" }) => VolumeId);
    },
    async snapshotsNamed(name) {
      const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
      return Snapshots.filter(named("CSIVolumeSnapshotName", name)).map(({ SnapshotId = "" }) => SnapshotId);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
