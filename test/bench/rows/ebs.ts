import { copyFile } from "node:fs/promises";
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type Filter,
} from "@aws-sdk/client-ec2";
import { type EbsPlace, makePlace } from "../../ebs/place.ts";
import type { TestSimulator } from "../../ec2/support/simulator.ts";
import { capabilityOf } from "../../support/co.ts";
import { must } from "../../support/command.ts";
import { instanceId, zone } from "../../support/ebs-backend.ts";
import { residentMB } from "../../support/processes.ts";
import { fromRoot } from "../../support/root.ts";
import { ms, pairs, type Row, timed } from "../measure.ts";

const GiB = 2 ** 30;
const rounds = 25;
const many = 5000;

/** What the EBS backend adds to EC2's own time, and how it does with many volumes. */
export async function benchEbs(): Promise<readonly Row[]> {
  await using place = await makePlace(["--log-level", "warn"], {}, await bundle());
  const overheads = [await lives(place), await looks(place)].flat();
  return [...overheads, ...(await lists(place))];
}

/** Each RPC in turn with the calls of EC2 that it takes, made by the same SDK. */
async function lives({ co, simulator }: EbsPlace): Promise<readonly Row[]> {
  const volumes: string[] = [];
  const bare: string[] = [];
  const ec2 = callsOf(simulator);
  const made = await pairs(
    rounds,
    (round) => timed(async () => volumes.push((await co.create(`bench-${round}`, { bytes: GiB })).id)),
    (round) => timed(async () => bare.push(await ec2.create(`bare-${round}`))),
  );
  const published = await pairs(
    rounds,
    async (round) => {
      const request = { volumeId: volumes[round], nodeId: instanceId, volumeCapability: capabilityOf() };
      const time = await timed(() => co.call("ControllerPublishVolume", request));
      await co.call("ControllerUnpublishVolume", request);
      return time;
    },
    async (round) => {
      const time = await timed(() => ec2.attach(bare[round] ?? ""));
      await ec2.detach(bare[round] ?? "");
      return time;
    },
  );
  const deleted = await pairs(
    rounds,
    (round) => timed(() => co.delete({ id: volumes[round] ?? "" })),
    (round) => timed(() => ec2.delete(bare[round] ?? "")),
  );
  return [
    overhead("CreateVolume", made),
    overhead("ControllerPublishVolume", published),
    overhead("DeleteVolume", deleted),
  ];
}

async function looks({ co, simulator }: EbsPlace): Promise<readonly Row[]> {
  const { id } = await co.create("bench", { bytes: GiB });
  const looked = await pairs(
    rounds,
    () => timed(() => co.call("ControllerGetVolume", { volumeId: id })),
    () => timed(() => callsOf(simulator).look({ Name: "volume-id", Values: [id] })),
  );
  return [overhead("ControllerGetVolume", looked)];
}

const overhead = (rpc: string, { ours, reference }: { readonly ours: number; readonly reference: number }): Row => ({
  name: `ebs: ${rpc}, beyond what EC2's calls take, in ms`,
  ours: ms(ours),
  reference: ms(reference),
  figure: Math.max(0, ours - reference),
  mark: 5,
});

/** The same calls as the backend makes, and no more waiting than it takes. */
function callsOf({ client }: TestSimulator) {
  const look = async (filter: Filter) =>
    (await client.send(new DescribeVolumesCommand({ Filters: [filter] }))).Volumes ?? [];
  const byId = (id: string) => look({ Name: "volume-id", Values: [id] });
  const until = async (id: string, state: string) => {
    for (;;) {
      const [volume] = await byId(id);
      if (volume?.State === state && volume.Attachments?.every(({ State }) => State === "attached")) return;
    }
  };
  return {
    look,
    async create(name: string): Promise<string> {
      const Tags = [{ Key: "CSIVolumeName", Value: name }];
      await look({ Name: "tag:CSIVolumeName", Values: [name] });
      const specification = { ResourceType: "volume" as const, Tags };
      const input = { AvailabilityZone: zone, Size: 1, VolumeType: "gp3" as const, TagSpecifications: [specification] };
      const { VolumeId = "" } = await client.send(new CreateVolumeCommand(input));
      await until(VolumeId, "available");
      return VolumeId;
    },
    async attach(id: string): Promise<void> {
      await byId(id);
      await client.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
      await client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: instanceId, Device: "/dev/xvdba" }));
      await until(id, "in-use");
    },
    async detach(id: string): Promise<void> {
      await client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: instanceId }));
      await until(id, "available");
    },
    async delete(id: string): Promise<void> {
      await byId(id);
      await client.send(new DeleteVolumeCommand({ VolumeId: id }));
    },
  };
}

async function lists({ co, driver, simulator }: EbsPlace): Promise<readonly Row[]> {
  const create = new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1, VolumeType: "gp3" });
  for (let made = 0; made < many; made += 50)
    await Promise.all(
      Array.from({ length: 50 }, () => simulator.client.send(new CreateVolumeCommand({ ...create.input }))),
    );
  let count = 0;
  const time = await timed(async () => {
    let startingToken = "";
    do {
      const page = await co.call<{ entries: object[]; nextToken: string }>("ListVolumes", {
        maxEntries: 500,
        startingToken,
      });
      count += page.entries.length;
      startingToken = page.nextToken;
    } while (startingToken !== "");
  });
  if (count < many) throw new Error(`${count} of ${many} volumes were listed`);
  const resident = await residentMB(driver.process.pid);
  return [
    { name: `ebs: ${many} volumes by pages of 500, in ms`, ours: ms(time), reference: "-", figure: time, mark: 3000 },
    {
      name: "ebs: controller, resident, in MB",
      ours: resident.toFixed(0),
      reference: "-",
      figure: resident,
      mark: 200,
    },
  ];
}

/** What the image runs: one bundle, in which of the SDK there is only what is used. */
async function bundle(): Promise<string> {
  await must("npm", "run", "--silent", "bundle");
  await copyFile(fromRoot("proto/csi.proto"), fromRoot("dist/csi.proto"));
  return fromRoot("dist/kura.mjs");
}
