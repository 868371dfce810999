import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import {
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  type Snapshot,
  type Volume,
} from "@aws-sdk/client-ec2";
import { ifThere } from "../../src/host/errno.ts";
import type { TestEc2 } from "./ec2.ts";
import { alike, filesIn, machineOf } from "./picture.ts";
import type { Sandbox } from "./sandbox.ts";

const GiB = 2 ** 30;

/**
 * What an EC2 tells, what it keeps and what the machine shows of it; throws while something is still under way. Two
 * pictures are equal where the same was reached, on whatever way.
 */
export async function ebsPictureOf(sandbox: Sandbox, { client, devices }: TestEc2): Promise<object> {
  const { Volumes = [] } = await client.send(new DescribeVolumesCommand({}));
  const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"] }));
  const { VolumesModifications = [] } = await client.send(new DescribeVolumesModificationsCommand({}));
  const machine = await machineOf(sandbox);
  const state = sandbox.path("ec2");
  const underWay = {
    volumes: Volumes.filter((volume) => !isAtRest(volume)),
    snapshots: Snapshots.filter(({ State }) => State !== "completed"),
    modifications: VolumesModifications.filter(({ ModificationState }) => ModificationState === "modifying"),
    devices: Volumes.filter((volume) => !isShownInFull(volume, machine.loops)),
    trash: await readdir(`${state}/trash`),
  };
  if (Object.values(underWay).some((things) => things.length > 0))
    throw new Error(`something is still under way: ${JSON.stringify(underWay)}`);
  const lists = {
    volumes: Volumes.map(wordsForVolume),
    snapshots: Snapshots.map(wordsForSnapshot),
    // client tokens outlive their volumes, as they do at AWS
    files: (await filesIn(state)).filter((name) => !name.startsWith("tokens/")),
    links: await linksIn(devices),
    ...machine,
  };
  return alike(lists, withoutChance);
}

/** The names that devices have. */
async function linksIn(devices: string): Promise<readonly string[]> {
  const entries = (await ifThere(readdir(devices, { recursive: true, withFileTypes: true }))) ?? [];
  const links = entries.filter((entry) => entry.isSymbolicLink());
  return links.map(({ parentPath, name }) => relative(devices, join(parentPath, name)));
}

const isAtRest = ({ State, Attachments = [] }: Volume): boolean =>
  (State === "available" || State === "in-use") && Attachments.every((attachment) => attachment.State === "attached");

/** A device grows a moment after its volume. */
const isShownInFull = ({ VolumeId, Size = 0 }: Volume, loops: readonly string[]): boolean =>
  loops.filter((line) => line.includes(`/${VolumeId}/`)).every((line) => line.endsWith(` of ${Size * GiB} bytes`));

const wordsForVolume = ({ Size, VolumeType, Iops, Throughput, Attachments = [], Tags = [] }: Volume): string =>
  JSON.stringify({ Size, VolumeType, Iops, Throughput, at: Attachments.map(({ InstanceId }) => InstanceId), Tags });

const wordsForSnapshot = ({ VolumeSize, Tags }: Snapshot): string => JSON.stringify({ VolumeSize, Tags });

/** Ids, device names, and in which try a thing was made. */
const withoutChance = (text: string): string =>
  text
    .replace(/(vol-?|snap-)[0-9a-f]{17}/g, "$1")
    .replace(/\bxvd[a-z]+/g, "xvd")
    .replace(/-t\d+\b/g, "");
