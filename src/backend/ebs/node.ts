import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { deviceSizeOf } from "../../host/device-size.ts";
import { ifThere } from "../../host/errno.ts";
import { type Loops, majorMinorOf } from "../../host/loop.ts";
import { type NodeVolume, noLimits, type Source } from "../../node/volume.ts";
import type { Parameters } from "../backend.ts";
import type { NodeBackend, Said } from "../node-backend.ts";
import { roomFor, type Taken } from "./attach-limit.ts";
import { namesItsDisks, volumeOnDisk } from "./disk.ts";
import { awaitDevice, findDevice } from "./find-device.ts";
import type { InstanceIdentity } from "./imds.ts";
import { mkfsWordsOf } from "./mkfs-options.ts";
import { partitionInUse, partitionOf } from "./partition.ts";
import { poll } from "./poll.ts";
import { topologyOfZone } from "./zones.ts";

export interface EbsNodeParts {
  readonly self: InstanceIdentity;
  /** What the instance has besides, asked for each time: interfaces come and go. */
  readonly taken: () => Promise<Taken>;
  readonly attachLimit: number | undefined;
  readonly loops: Loops;
}

interface Place {
  readonly disk: string;
  readonly path: string;
  readonly partition: string | undefined;
}

/** The node's side: volumes are disks here, and EC2 is never asked. */
export function ebsNode({ self, taken, attachLimit, loops }: EbsNodeParts): NodeBackend {
  /** Where volumes were found, so that one whose disk has gone can still be told of and its mounts taken away. */
  const known = new Map<string, Place>();
  const instance = self.instanceId;
  const byName = namesItsDisks(self.instanceType);
  const sought = (volume: string) => ({ volume, instance, byName, before: known.get(volume)?.disk });

  async function find(volume: string, said: Said, signal: AbortSignal): Promise<NodeVolume | undefined> {
    const { publishContext = {}, volumeContext, leastBytes = 0 } = said;
    const devicePath = publishContext["devicePath"];
    const disk = devicePath
      ? await awaitDevice({ ...sought(volume), devicePath }, signal)
      : await findDevice(sought(volume));
    if (disk === undefined) return undefined;
    const partition = volumeContext === undefined ? await partitionAt(volume, disk) : volumeContext["partition"];
    const path = await partitionOf(disk, partition, signal);
    // what was there before is not there any more
    for (const [other, place] of known) if (place.disk === disk) known.delete(other);
    known.set(volume, { disk, path, partition });
    return {
      id: volume,
      source: { kind: "device", path },
      sizeBytes: await sizeOnceGrown(path, leastBytes, signal),
      filesystem: { state: "unrecorded" },
      kinds: undefined,
      fsType: undefined,
      mkfsOptions: optionsFor(volumeContext ?? {}, said),
      limits: noLimits,
      readOnly: publishContext["readOnly"] === "true",
    };
  }

  /** Not every call says which partition it is. */
  const partitionAt = async (volume: string, disk: string): Promise<string | undefined> =>
    known.get(volume)?.partition ?? (await partitionInUse(disk, loops));

  return {
    name: "ebs",
    find,
    async locate(volume) {
      const before = known.get(volume);
      const disk = await findDevice(sought(volume));
      if (disk !== undefined) return deviceAt(await partitionOf(disk, await partitionAt(volume, disk), neverAborted));
      const isTaken = before !== undefined && volumeOnDisk(basename(before.disk)) !== undefined;
      return before === undefined || isTaken ? undefined : deviceAt(before.path);
    },
    noteFilesystem: async () => {
      throw new Error("EBS keeps no record of filesystems");
    },
    async info() {
      const maxVolumes = attachLimit ?? roomFor(self.instanceType, await taken());
      return { nodeId: instance, maxVolumes, topology: topologyOfZone(self.zone) };
    },
    async health(volume) {
      if ((await findDevice(sought(volume))) !== undefined) return [];
      const message = `the disk of volume ${volume} is no longer attached to ${instance}`;
      return [{ status: "INACCESSIBLE", reason: "AttachmentLost", message }];
    },
    storageHealth: async () => [],
  };
}

/** The options depend on what is made, and a volume that nobody asks more of gets ext4. */
const optionsFor = (context: Parameters, { fsType = "ext4" }: Said): readonly string[] => mkfsWordsOf(context, fsType);

const neverAborted = new AbortController().signal;

const deviceAt = (path: string): Source => ({ kind: "device", path });

/** The disk of a volume that grew shows it within seconds. */
async function sizeOnceGrown(path: string, leastBytes: number, signal: AbortSignal): Promise<number> {
  const size = async () => {
    const found = await ifThere(stat(path, { bigint: true }));
    return found === undefined ? 0 : deviceSizeOf(majorMinorOf(found.rdev));
  };
  await poll(async () => ((await size()) >= leastBytes ? true : undefined), { signal, mostMs: 5000 });
  return await size();
}
