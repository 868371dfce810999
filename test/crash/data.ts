import { randomBytes } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { CoVolume, VolumeWish } from "../support/co.ts";
import { must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import type { KilledWorld } from "../support/killed-world.ts";
import { loopsNow } from "../support/loops.ts";
import { sha256 } from "../support/picture.ts";

export const MiB = 2 ** 20;

/** A mounted volume with something in it that must not be lost. */
export interface WithData {
  readonly volume: CoVolume;
  readonly sum: string;
}

export async function mountedWithData(world: KilledWorld, name: string, wish: VolumeWish): Promise<WithData> {
  const volume = await world.show(name, wish);
  return { volume, sum: await writeData(join(volume.target, "data")) };
}

/** Random bytes, on disk before this returns; returns their checksum. */
export async function writeData(path: string, bytes = 4 * MiB): Promise<string> {
  const data = randomBytes(bytes);
  const file = await open(path, "w");
  try {
    await file.write(data);
    await file.sync();
  } finally {
    await file.close();
  }
  return sha256(data);
}

export const sumOf = async (path: string): Promise<string> => sha256(await readFile(path));

/** The image of a volume or snapshot holds the file `data` with that checksum. */
export async function expectData(
  { store, sandbox }: KilledWorld,
  thing: string,
  fsType: string,
  sum: string,
): Promise<void> {
  // a copy, so that a journal can be replayed and nothing of what is looked at changes
  const [copy, path] = [join(store, "looked-at"), sandbox.path("looked-at")];
  await mkdir(path, { recursive: true });
  await must("cp", "--reflink=auto", join(store, thing, "data"), copy);
  await must("mount", "-t", fsType, "-o", fsType === "xfs" ? "loop,nouuid" : "loop", copy, path);
  const found = await sumOf(join(path, "data"));
  await must("umount", path);
  // mount(8) lets its loop device go with the mount, which is late where somebody else looks at the device just then
  const isGone = async () => expect(await loopsNow()).not.toContainEqual(expect.stringContaining(copy));
  await eventually(isGone);
  await must("rm", copy);
  expect(found, `the data in ${thing}`).toBe(sum);
}

export const kilobytesOf = async (path: string): Promise<number> =>
  Number((await must("df", "--output=size", path)).split("\n").at(-1));
