import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { must } from "../../support/command.ts";

export const [here, beside] = ["i-00000000000000001", "i-00000000000000002"] as const;
export const zone = "us-east-1a";

/** Asks ten times a second: twenty are what EC2 bears for long, and what the profile aws bears as well. */
export async function until<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let patience = 300; patience > 0; patience -= 1) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(100);
  }
  throw new Error(`never: ${what}`);
}

export const untilTrue = (look: () => Promise<boolean>, what: string): Promise<true> =>
  until(async () => ((await look()) ? true : undefined), what);

/** What a client does with a volume, each step waited for. */
export function stepsWith(client: EC2Client, devices: string) {
  const volumeOf = async (id: string) =>
    (await client.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes?.[0];
  const attachmentOf = async (id: string, instance: string) =>
    (await volumeOf(id))?.Attachments?.find(({ InstanceId }) => InstanceId === instance);
  const untilState = (id: string, state: string) =>
    untilTrue(async () => (await volumeOf(id))?.State === state, `${id} ${state}`);
  const untilAttachment = (id: string, state: string, instance: string = here) =>
    untilTrue(async () => (await attachmentOf(id, instance))?.State === state, `${id} ${state}`);

  return {
    volumeOf,
    untilState,
    untilAttachment,
    async make(input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
      const asked = { AvailabilityZone: zone, Size: 1, VolumeType: "gp3", ...input } as const;
      const { VolumeId: id = "" } = await client.send(new CreateVolumeCommand(asked));
      await untilState(id, "available");
      return id;
    },
    /** The device that it appears as. */
    async attach(id: string, device = "/dev/xvdba", instance: string = here): Promise<string> {
      await client.send(new AttachVolumeCommand({ VolumeId: id, InstanceId: instance, Device: device }));
      await untilAttachment(id, "attached", instance);
      return readlink(join(devices, "kura", instance, "disk/by-id", byIdName(id)));
    },
    async detach(id: string, instance: string = here): Promise<void> {
      await client.send(new DetachVolumeCommand({ VolumeId: id, InstanceId: instance }));
      await untilState(id, "available");
    },
    async snapshot(id: string): Promise<string> {
      const { SnapshotId: snapshot = "" } = await client.send(new CreateSnapshotCommand({ VolumeId: id }));
      await untilTrue(async () => {
        const { Snapshots } = await client.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }));
        return Snapshots?.[0]?.State === "completed";
      }, `${snapshot} completed`);
      return snapshot;
    },
  };
}

export const byIdName = (id: string): string => `nvme-Amazon_Elastic_Block_Store_${id.replace("-", "")}`;

/** What a device begins with. */
export const writeStart = (device: string, text: string): Promise<string> =>
  must("sh", "-c", 'printf "%s" "$1" | dd of="$0" conv=fsync,notrunc status=none', device, text);
export const readStart = (device: string, length: number): Promise<string> =>
  must("dd", `if=${device}`, `bs=${length}`, "count=1", "status=none", "iflag=fullblock");
