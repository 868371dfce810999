import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CsiClient } from "../../grpc/client.ts";
import { showBytes } from "../bytes.ts";
import { mustMatch, mustRunFull, writeRandom } from "./data.ts";
import { Teller, type TellerParts } from "./teller.ts";
import { hide, makeVolume, show, volumeIn } from "./volume.ts";

const MiB = 2 ** 20;
const sizeBytes = 512 * MiB;
const largerBytes = 768 * MiB;
const dataBytes = 64 * MiB;

export interface StoryParts extends TellerParts {
  /** Where the volumes of the story are staged and published. */
  readonly folder: string;
}

/** One volume through its whole life, over the driver's socket, told one step a line. */
export async function tellStory(parts: StoryParts): Promise<void> {
  const { folder, say } = parts;
  await endEarlierStory(parts);
  const teller = new Teller(parts);
  const { nodeId } = await teller.call<{ nodeId: string }>("NodeGetInfo", {});
  const first = await makeVolume(teller, folder, { name: "story", sizeBytes });
  await show(teller, first, nodeId);

  const file = join(first.target, "data");
  const written = await teller.act(`write ${showBytes(dataBytes)} of random data`, () => writeRandom(file, dataBytes));
  const { snapshot } = await teller.call<{ snapshot: { snapshotId: string } }>(
    "CreateSnapshot",
    { name: "story", sourceVolumeId: first.id },
    "of the mounted volume",
  );
  await teller.act(`write more than ${showBytes(sizeBytes)}: must be refused`, () =>
    mustRunFull(join(first.target, "flood"), sizeBytes),
  );
  const capacityRange = { requiredBytes: largerBytes };
  await teller.call("ControllerExpandVolume", { volumeId: first.id, capacityRange }, `to ${showBytes(largerBytes)}`);
  await teller.call("NodeExpandVolume", { volumeId: first.id, volumePath: first.target }, "while it is mounted");
  await teller.call("NodeGetVolumeStats", { volumeId: first.id, volumePath: first.target });
  await teller.call("ControllerModifyVolume", { volumeId: first.id, mutableParameters: { iops: "2000" } }, "iops 2000");

  const { snapshotId } = snapshot;
  const second = await makeVolume(teller, folder, {
    name: "story-restored",
    sizeBytes: largerBytes,
    source: { snapshot: { snapshotId } },
  });
  await show(teller, second, nodeId);
  await teller.act("compare the restored data", () => mustMatch(join(second.target, "data"), written));
  const third = await makeVolume(teller, folder, {
    name: "story-clone",
    sizeBytes: largerBytes,
    source: { volume: { volumeId: second.id } },
  });

  const sourceVolumeIds = [first.id, second.id];
  const { groupSnapshot } = await teller.call<{ groupSnapshot: GroupSnapshot }>(
    "CreateVolumeGroupSnapshot",
    { name: "story", sourceVolumeIds },
    "of two volumes at one instant",
  );
  const { entries: ill } = await teller.call<{ entries: object[] }>("ControllerListVolumeHealth", {}, "nobody is ill");
  if (ill.length > 0) throw new Error(`volumes of the story are ill: ${JSON.stringify(ill)}`);
  await teller.call(
    "DeleteVolumeGroupSnapshot",
    {
      groupSnapshotId: groupSnapshot.groupSnapshotId,
      snapshotIds: groupSnapshot.snapshots.map(({ snapshotId }) => snapshotId),
    },
    "with its members",
  );

  for (const volume of [second, first]) await hide(teller, volume, nodeId);
  await teller.call("DeleteSnapshot", { snapshotId });
  for (const { id, name } of [third, second, first]) await teller.call("DeleteVolume", { volumeId: id }, name);
  say(`${teller.steps} steps in ${Math.round(teller.elapsedMs)} ms`);
}

interface GroupSnapshot {
  readonly groupSnapshotId: string;
  readonly snapshots: readonly { readonly snapshotId: string }[];
}

/** What a story left that was cut off (kill -9): taken away in the same words in which it was made. */
async function endEarlierStory({ client, folder }: StoryParts): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { nodeId } = await client.call<{ nodeId: string }>("NodeGetInfo");
  for (const id of await readdir(folder)) {
    await hide(client, volumeIn(folder, id), nodeId);
    await endSnapshots(client, id);
    await client.call("DeleteVolume", { volumeId: id });
    await rm(join(folder, id), { recursive: true });
  }
}

async function endSnapshots(client: CsiClient, sourceVolumeId: string): Promise<void> {
  type Listed = { entries: { snapshot: { snapshotId: string; groupSnapshotId: string } }[] };
  const { entries } = await client.call<Listed>("ListSnapshots", { sourceVolumeId });
  for (const { snapshot } of entries) {
    const { snapshotId, groupSnapshotId } = snapshot;
    if (groupSnapshotId === "") await client.call("DeleteSnapshot", { snapshotId });
    else await client.call("DeleteVolumeGroupSnapshot", { groupSnapshotId });
  }
}
