import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ifThere } from "../host/errno.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { isBuffered } from "../host/loop.ts";
import { findGarbage } from "./garbage.ts";
import { isId } from "./id.ts";
import { dataIn, unfinishedPrefix } from "./layout.ts";
import type { Pool } from "./pool.ts";
import type { Entry, Store } from "./store.ts";

/** Something in the pool that is not as it should be, and what to do about it. */
export interface Finding {
  readonly what: string;
  readonly remedy: string;
}

/** Looks at everything and changes nothing. */
export async function checkPool(pool: Pool, host: LinuxHost): Promise<readonly Finding[]> {
  const { layout, volumes, snapshots, capacity } = pool;
  const garbage = (await findGarbage(pool, host)).filter(({ kind }) => kind !== "trash");
  return [
    ...(await checkThings(volumes, layout.volumes)),
    ...(await checkThings(snapshots, layout.snapshots)),
    ...(await checkGroups(pool)),
    ...(await checkStrays([layout.volumes, layout.snapshots])),
    ...(await checkDirectIo(pool, host)),
    ...garbage.map(({ path, why }) => ({
      what: `${path}: ${why}`,
      remedy: "kura pool gc shows it, kura pool gc --delete clears it away",
    })),
    ...(capacity.state().isLow
      ? [
          {
            what: `the pool ${layout.root} has less than its reserve left`,
            remedy: "delete volumes or snapshots, or make the pool larger",
          },
        ]
      : []),
  ];
}

type Thing = { readonly id: string; readonly sizeBytes: number; readonly copying?: true };

async function checkThings<R extends Thing>(store: Store<R>, folder: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const entry of store.all()) findings.push(...(await checkThing(entry, join(folder, entry.id))));
  return findings;
}

async function checkThing(entry: Entry<Thing>, folder: string): Promise<readonly Finding[]> {
  if (entry.state === "unreadable") {
    return [
      {
        what: `the record of ${folder} cannot be read: ${entry.reason}`,
        remedy: "restore the record from a backup; the data beside it is untouched",
      },
    ];
  }
  if (entry.record.copying) return [];
  const found = await ifThere(stat(dataIn(folder)));
  if (found === undefined)
    return [{ what: `${dataIn(folder)} is missing`, remedy: "restore it from a backup, or delete the volume" }];
  if (found.isFile() && found.size < entry.record.sizeBytes) {
    return [
      {
        what: `${dataIn(folder)} has ${found.size} bytes of ${entry.record.sizeBytes}`,
        remedy: "it grows when the volume is staged",
      },
    ];
  }
  return [];
}

async function checkGroups({ groups, snapshots, layout }: Pool): Promise<readonly Finding[]> {
  const names = new Set(await readdir(layout.snapshots));
  return [...groups.all()].flatMap((entry) => {
    if (entry.state === "unreadable") {
      return [
        {
          what: `the record of group ${entry.id} cannot be read: ${entry.reason}`,
          remedy: "restore the record from a backup",
        },
      ];
    }
    return entry.record.members
      .filter(({ snapshot }) => snapshots.get(snapshot) === undefined)
      .map(({ snapshot, unfinished }) => ({
        what: `group ${entry.id} lacks its member ${snapshot}`,
        remedy:
          entry.record.deleting || names.has(unfinished)
            ? "start the driver, which finishes it"
            : "delete the group snapshot",
      }));
  });
}

async function checkStrays(folders: readonly string[]): Promise<readonly Finding[]> {
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder))
        .filter((name) => !isId(name) && !name.startsWith(unfinishedPrefix))
        .map((name) => ({
          what: `${join(folder, name)} is nothing that kura made`,
          remedy: "move it out of the pool",
        })),
    ),
  );
  return found.flat();
}

/** Without direct I/O every block is cached twice, and what a guest flushed may still be in the host's memory. */
async function checkDirectIo({ layout, volumes }: Pool, host: LinuxHost): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id } of volumes.all()) {
    for (const loop of await host.loops.showing(dataIn(join(layout.volumes, id)))) {
      if (!(await isBuffered(loop))) continue;
      findings.push({
        what: `${loop.path} of volume ${id} works without direct I/O`,
        remedy: "use a pool on a filesystem with direct I/O (xfs, ext4)",
      });
    }
  }
  return findings;
}
