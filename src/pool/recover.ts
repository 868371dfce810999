import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { copiesOf, removeTree } from "../host/files.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import type { Step } from "../node/step.ts";
import type { PoolCapacity } from "./capacity.ts";
import { claimOfSnapshot, claimOfVolume } from "./claims.ts";
import type { Layout } from "./layout.ts";
import type { Marked } from "./marked.ts";
import { planGroupEnd } from "./plan-group-end.ts";
import { seal } from "./record.ts";
import type { GroupRecord, SnapshotRecord, VolumeRecord } from "./records.ts";
import type { Store } from "./store.ts";
import type { Trash } from "./trash.ts";

/** What a crash may have left something in. */
export interface Recoverable {
  readonly layout: Layout;
  readonly volumes: Store<VolumeRecord>;
  readonly snapshots: Store<SnapshotRecord>;
  readonly groups: Store<GroupRecord>;
  readonly capacity: PoolCapacity;
  readonly trash: Trash;
  readonly marked: Marked;
}

/**
 * Reads the pool and puts right what a crash left: thaws what we froze, finishes or ends groups, removes what was never
 * finished, empties the trash. What bears a name of its own is not touched.
 */
export async function recover(pool: Recoverable, host: LinuxHost): Promise<void> {
  await pool.marked.thawAll();
  await pool.groups.load();
  await finishGroups(pool, host);
  const { volumes, snapshots } = await load(pool);
  for (const path of volumes) await removeTree(path);
  // a group that cannot be read may own them
  if (![...pool.groups.all()].some(({ state }) => state === "unreadable")) {
    for (const path of snapshots) await removeTree(path);
  }
  await writeMissingCopies(pool, host);
  await removeHalfWritten(pool.layout.groups);
  pool.trash.empty();
}

/** A group exists with the first copy of its record: a kill before the second one left it without. */
async function writeMissingCopies({ layout, groups }: Recoverable, host: LinuxHost): Promise<void> {
  const present = new Set(await readdir(layout.groups));
  for (const entry of groups.all()) {
    const path = groups.recordOf(entry.id);
    if (entry.state === "unreadable" || copiesOf(path).every((copy) => present.has(basename(copy)))) continue;
    const step: Step = { do: "write-record", path, record: seal(entry.record) };
    await host.perform({ steps: [step] }, AbortSignal.timeout(60_000));
  }
}

/** A record that was not yet renamed to its name says nothing. Those of volumes and snapshots go with their folders. */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".new"));
  for (const name of names) await removeTree(join(folder, name));
}

/** Reads what there is, and says what is unfinished. Changes nothing. */
export async function load({ volumes, snapshots, groups, capacity }: Recoverable) {
  await groups.load();
  const unfinished = { volumes: await volumes.load(), snapshots: await snapshots.load() };
  for (const entry of volumes.all())
    if (entry.state === "readable") capacity.hold(entry.id, claimOfVolume(entry.record));
  for (const entry of snapshots.all())
    if (entry.state === "readable") capacity.hold(entry.id, claimOfSnapshot(entry.record));
  return unfinished;
}

/** A group exists once its record does: members that still wait under their unfinished names get their own. */
async function finishGroups({ layout, groups, trash }: Recoverable, host: LinuxHost): Promise<void> {
  const present = new Set(await readdir(layout.snapshots));
  for (const entry of [...groups.all()]) {
    if (entry.state === "unreadable") continue;
    const steps = planGroupEnd(entry.record, present, layout, (path) => trash.placeFor(path));
    await host.perform({ steps }, AbortSignal.timeout(60_000));
    if (entry.record.deleting) groups.remove(entry.id);
  }
}
