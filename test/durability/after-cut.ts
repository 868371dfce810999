import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { Finding } from "../../src/pool/check.ts";
import { files, Made, type Step } from "./history.ts";
import { pictureOf, sureOf, withoutChance } from "./picture.ts";
import { answered, asked, type Recording } from "./recording.ts";
import type { World } from "./world.ts";

/** Throws unless a pool that comes back from a power cut holds the old or the new, and the call ends when made again. */
export async function judge(world: World, steps: readonly Step[], recording: Recording, said: ReadonlySet<string>) {
  const done = steps.filter((step) => said.has(answered(step))).length;
  const pending = steps.slice(done).find((step) => said.has(asked(step)));
  await judgeFound(world, recording, done, pending);
  const made = new Made(recording.made);
  if (pending?.isCall) {
    await pending.work(world.co, made);
    const wanted = withoutChance(recording.pictures[done + 1] ?? {});
    expect(withoutChance(await pictureOf(world.pool)), `after ${pending.name} again`).toEqual(wanted);
    expect(await findings(world), `after ${pending.name} again`).toEqual([]);
  }
  await judgeFiles(world, made, said.has(answered({ name: files.step })));
}

async function judgeFound(world: World, { pictures }: Recording, done: number, pending: Step | undefined) {
  const sure = (picture = {}) => sureOf(picture, pending?.unsure);
  const found = sure(await pictureOf(world.pool));
  const [old, young] = [sure(pictures[done]), sure(pictures[done + 1])];
  if (pending === undefined || !isDeepStrictEqual(found, young)) expect(found).toEqual(old);
  const isGrowing = ({ remedy }: Finding) => pending?.unsure === "size" && remedy.includes("grows");
  expect((await findings(world)).filter((finding) => !isGrowing(finding))).toEqual([]);
}

const findings = async ({ ask }: World): Promise<readonly Finding[]> => (await ask["check"]?.()) as readonly Finding[];

/** The volume with a filesystem can be used, formatted or not, and what was flushed to it is there. */
async function judgeFiles({ co, pool, path }: World, { volumes }: Made, isWritten: boolean): Promise<void> {
  const volume = volumes.get("files");
  if (volume === undefined || !(`volumes/${volume.id}` in (await pictureOf(pool)))) return;
  const here = { ...volume, staging: path("kubelet", "staging"), target: path("kubelet", "target") };
  await co.show(here);
  if (isWritten) expect(await readFile(join(here.target, files.name))).toEqual(files.content);
  await co.hide(here);
}
