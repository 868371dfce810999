import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Run } from "../../host/run.ts";
import { showBytes } from "../bytes.ts";
import { mustMatch, writeRandom } from "./data.ts";
import { Teller, type TellerParts } from "./teller.ts";
import { hide, makeVolume, type StoryVolume, show, volumeIn } from "./volume.ts";

const GiB = 2 ** 30;
const dataBytes = 64 * 2 ** 20;

/** One of the two nodes of the story: a driver of its own. */
export interface StoryNode extends TellerParts {
  readonly nodeId: string;
  /** Where volumes are staged and published there. */
  readonly folder: string;
}

export interface EbsStoryParts {
  readonly first: StoryNode;
  readonly second: StoryNode;
  readonly run: Run;
}

/** An EBS volume's life on two instances, told one step a line. */
export async function tellEbsStory({ first, second, run }: EbsStoryParts): Promise<void> {
  for (const { folder } of [first, second]) await mkdir(folder, { recursive: true });
  const teller = new Teller(first);
  await teller.call("NodeGetInfo", {}, `${first.nodeId}, which the other driver is not`);
  const wish = { name: "story", sizeBytes: 20 * GiB, parameters: { type: "gp3" } };
  const volume = await makeVolume(teller, first.folder, wish);
  await show(teller, volume, first.nodeId);
  const data = join(volume.target, "data");
  const written = await teller.act(`write ${showBytes(dataBytes)} of random data`, () => writeRandom(data, dataBytes));
  const { snapshot } = await teller.call<{ snapshot: { snapshotId: string } }>(
    "CreateSnapshot",
    { name: "story", sourceVolumeId: volume.id },
    "of the mounted volume",
  );
  await measure(teller, volume, run);
  const mutableParameters = { iops: "6000" };
  await teller.call("ControllerModifyVolume", { volumeId: volume.id, mutableParameters }, "6000 IOPS");
  await measure(teller, volume, run);
  const capacityRange = { requiredBytes: 30 * GiB };
  await teller.call("ControllerExpandVolume", { volumeId: volume.id, capacityRange }, "to 30 GiB, mounted");
  await teller.call("NodeExpandVolume", { volumeId: volume.id, volumePath: volume.target, capacityRange });
  await hide(teller, volume, first.nodeId);

  const other = teller.on(second);
  const moved = volumeIn(second.folder, volume.id, volume);
  await mkdir(join(second.folder, volume.id), { recursive: true });
  await show(other, moved, second.nodeId);
  await teller.act(`on ${second.nodeId}: read the data again`, () => mustMatch(join(moved.target, "data"), written));
  await hide(other, moved, second.nodeId);

  const { snapshotId } = snapshot;
  await untilReady(teller, snapshotId);
  const source = { snapshot: { snapshotId } };
  const restored = await makeVolume(teller, first.folder, { name: "story-restored", sizeBytes: 20 * GiB, source });
  await show(teller, restored, first.nodeId);
  await teller.act("compare the restored data", () => mustMatch(join(restored.target, "data"), written));
  await hide(teller, restored, first.nodeId);
  await teller.call("DeleteSnapshot", { snapshotId });
  for (const { id, name } of [restored, volume]) await teller.call("DeleteVolume", { volumeId: id }, name);
  first.say(`${teller.steps} steps in ${Math.round(teller.elapsedMs)} ms`);
}

async function untilReady(teller: Teller, snapshotId: string): Promise<void> {
  for (let patience = 50; patience > 0; patience -= 1) {
    const about = "whether the snapshot is ready";
    const { snapshot } = await teller.call<{ snapshot: { readyToUse: boolean } }>("GetSnapshot", { snapshotId }, about);
    if (snapshot.readyToUse) return;
  }
  throw new Error(`the snapshot ${snapshotId} does not become ready`);
}

/** As many small random reads as the volume gives, for two seconds. */
async function measure(teller: Teller, { target }: StoryVolume, run: Run): Promise<void> {
  const file = `--filename=${join(target, "data")}`;
  const how = ["--rw=randread", "--bs=4k", "--direct=1", "--ioengine=libaio", "--iodepth=32", `--size=${dataBytes}`];
  const argv = ["fio", "--name=story", file, ...how, "--time_based", "--runtime=2", "--output-format=json"];
  await teller.act("fio", async () => {
    const { jobs } = JSON.parse((await run(argv)).stdout) as { jobs: { read: { iops: number } }[] };
    return `${Math.round(jobs[0]?.read.iops ?? 0)} random reads per second`;
  });
}
