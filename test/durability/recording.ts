import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { commandRunner } from "../../src/host/run.ts";
import { unmountPoolImage } from "../../src/pool/pool-image.ts";
import { must } from "../support/command.ts";
import { makeSandbox } from "../support/sandbox.ts";
import { copyImage } from "./disks.ts";
import { type Epoch, epochsOf } from "./epochs.ts";
import { Made, type Step } from "./history.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { startRecorder } from "./recorder/recorder.ts";
import { openWorld, type PoolOn } from "./world.ts";

/** A history, and what the disk was told while it was made. */
export interface Recording {
  /** The disk as it was before. */
  readonly base: string;
  readonly epochs: readonly Epoch[];
  /** What the pool held before the first step, and after each. */
  readonly pictures: readonly Picture[];
  readonly made: Made;
}

export const asked = ({ name }: Pick<Step, "name">): string => `asked: ${name}`;
export const answered = ({ name }: Pick<Step, "name">): string => `answered: ${name}`;

/** Makes a history on a disk that takes notes, in a folder of its own. */
export async function record(folder: string, on: PoolOn, steps: readonly Step[]): Promise<Recording> {
  await mkdir(folder);
  const [base, image] = [join(folder, "base"), join(folder, "image")];
  await makePool(base, on);
  await copyImage(base, image);
  await using recorder = await startRecorder(folder, image);
  const pictures: Picture[] = [];
  const made = new Made();
  {
    await using world = await openWorld(join(folder, "world"), recorder.disk, on);
    pictures.push(await pictureOf(world.pool));
    for (const step of steps) {
      await recorder.mark(asked(step));
      await step.work(world.co, made);
      await recorder.mark(answered(step));
      pictures.push(await pictureOf(world.pool));
    }
  }
  return { base, epochs: epochsOf(await recorder.end()), pictures, made };
}

/** An image with an empty pool in it, whole and unmounted. */
async function makePool(file: string, on: PoolOn): Promise<void> {
  await using sandbox = await makeSandbox({ poolBytes: 300 * 2 ** 20, on });
  if (on === "xfs") await unmountPoolImage(sandbox.pool, commandRunner());
  else await must("umount", sandbox.pool);
  await copyImage(on === "xfs" ? `${sandbox.pool}.img` : `${sandbox.pool}-disk`, file);
  // mkfs wrote zeros, which every copy would have to write again
  await must("fallocate", "--dig-holes", file);
}
