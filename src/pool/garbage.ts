import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../host/errno.ts";
import { removeTree } from "../host/files.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { identityOf, isHeld, majorMinorOf } from "../host/loop.ts";
import { dataIn, unfinishedPrefix } from "./layout.ts";
import type { Pool } from "./pool.ts";

/** Something that a crash or a hand left behind, and that nobody will ask for again. */
export interface Garbage {
  readonly kind: "unfinished" | "trash" | "loop";
  readonly path: string;
  readonly why: string;
}

/** What could be cleared away now. What is being made, what is held and what has a record is never garbage. */
export async function findGarbage(pool: Pool, host: LinuxHost): Promise<readonly Garbage[]> {
  return [...(await unfinished(pool)), ...(await trash(pool)), ...(await orphanLoops(pool, host))];
}

export async function clearGarbage(pool: Pool, host: LinuxHost, garbage: readonly Garbage[]): Promise<void> {
  for (const { kind, path } of garbage) {
    if (kind === "unfinished") await removeTree(path);
    if (kind === "loop") await host.run(["losetup", "--detach", path]);
  }
  pool.trash.empty();
  await pool.trash.settled();
}

async function unfinished({ layout, capacity, groups }: Pool): Promise<readonly Garbage[]> {
  // a group's members may wait for their names still; one that cannot be read may own any
  const awaited = new Set<string>();
  for (const entry of groups.all())
    if (entry.state === "readable") for (const { unfinished } of entry.record.members) awaited.add(unfinished);
  const folders = [...groups.all()].some(({ state }) => state === "unreadable")
    ? [layout.volumes]
    : [layout.volumes, layout.snapshots];
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder))
        .filter(
          (name) =>
            name.startsWith(unfinishedPrefix) &&
            !awaited.has(name) &&
            !capacity.isTaken(name.slice(unfinishedPrefix.length)),
        )
        .map(
          (name): Garbage => ({
            kind: "unfinished",
            path: join(folder, name),
            why: "it was never finished and nobody is making it",
          }),
        ),
    ),
  );
  return found.flat();
}

const trash = async ({ layout }: Pool): Promise<readonly Garbage[]> =>
  (await readdir(layout.trash)).map((name) => ({
    kind: "trash",
    path: join(layout.trash, name),
    why: "it was deleted",
  }));

/** Devices that show a file of the pool's filesystem which no volume owns, and that nobody holds. */
export async function orphanLoops({ layout, volumes }: Pool, host: LinuxHost): Promise<readonly Garbage[]> {
  const { dev } = await stat(layout.volumes, { bigint: true });
  const owned = new Set<string | undefined>();
  for (const { id } of volumes.all()) owned.add(await identityOf(dataIn(join(layout.volumes, id))));
  const others = new Set<string | undefined>();
  for (const folder of [layout.trash, layout.snapshots, layout.volumes]) {
    for (const name of (await ifThere(readdir(folder))) ?? []) others.add(await identityOf(dataIn(join(folder, name))));
  }
  const loops = (await host.loops.list()).filter(
    ({ file }) => file.startsWith(`${majorMinorOf(dev)}/`) && !owned.has(file) && others.has(file),
  );
  const free = await Promise.all(loops.map(async (loop) => ((await isHeld(loop.path)) ? [] : [loop])));
  return free
    .flat()
    .map(({ path }) => ({ kind: "loop", path, why: "it shows a file of the pool that is no volume's" }));
}
