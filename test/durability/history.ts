import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Co, type CoVolume, fromSnapshot, fromVolume, type Snapshot, type VolumeWish } from "../support/co.ts";
import type { Unsure } from "./picture.ts";
import { type PoolOn, untilCopied } from "./world.ts";

const MiB = 2 ** 20;

type Work = (co: Co, made: Made) => Promise<unknown>;

/** One thing that is asked of the driver, or that a user does to his volume. */
export interface Step {
  readonly name: string;
  readonly work: Work;
  /** A call is made again after a power cut, until it is answered. A user's doing is not. */
  readonly isCall: boolean;
  /** What may be neither the old nor the new while it is at work. */
  readonly unsure?: Unsure;
}

/** What the steps made so far, by name, for those after them. */
export class Made {
  readonly volumes: Map<string, CoVolume>;
  readonly snapshots: Map<string, Snapshot>;
  group: string | undefined;

  constructor(before?: Made) {
    this.volumes = new Map(before?.volumes);
    this.snapshots = new Map(before?.snapshots);
    this.group = before?.group;
  }

  volume(name: string): CoVolume {
    const found = this.volumes.get(name);
    if (found === undefined) throw new Error(`no volume ${name} was made`);
    return found;
  }

  snapshot(name: string): Snapshot {
    const found = this.snapshots.get(name);
    if (found === undefined) throw new Error(`no snapshot ${name} was made`);
    return found;
  }
}

/** What the volume `files` holds once the step of that name has ended. */
export const files = { step: "write a file", name: "file", content: Buffer.alloc(64 * 1024, "a file, flushed") };

const raw = { use: "block", bytes: MiB } as const;

/** Every call that changes a pool whose files can share blocks, and what users do between. */
const sharing: readonly Step[] = [
  create("raw", () => ({ ...raw, parameters: { iops: "5000" } })),
  show("raw"),
  user("write a", writeBlocks("a"), "data"),
  cut("raw"),
  user("write b", writeBlocks("b"), "data"),
  create("restored", (made) => ({ ...raw, source: fromSnapshot(made.snapshot("raw")) })),
  create("cloned", (made) => ({ ...raw, source: fromVolume(made.volume("raw")) })),
  modify("raw", "6000"),
  grow("raw", 2 * MiB),
  create("thick", () => ({ ...raw, parameters: { thin: "false" } })),
  grow("thick", 3 * MiB),
  call("CreateVolumeGroupSnapshot", async (co, made) => {
    const sourceVolumeIds = ["raw", "restored"].map((name) => made.volume(name).id);
    type Answer = { groupSnapshot: { groupSnapshotId: string } };
    const { groupSnapshot } = await co.call<Answer>("CreateVolumeGroupSnapshot", { name: "group", sourceVolumeIds });
    made.group = groupSnapshot.groupSnapshotId;
  }),
  call("DeleteVolumeGroupSnapshot", (co, made) =>
    co.call("DeleteVolumeGroupSnapshot", { groupSnapshotId: made.group }),
  ),
  removeCut("raw"),
  remove("restored"),
  create("files", () => ({ use: "ext4", bytes: 8 * MiB })),
  show("files"),
  writeFiles(),
  cut("files"),
  hide("files"),
  remove("files"),
  hide("raw"),
  remove("raw"),
];

/** Where files share no blocks: what is copied is copied while nobody uses it. */
const copying: readonly Step[] = [
  create("raw", () => ({ ...raw, parameters: { iops: "5000" } })),
  show("raw"),
  user("write a", writeBlocks("a"), "data"),
  hide("raw"),
  cut("raw"),
  create("restored", (made) => ({ ...raw, source: fromSnapshot(made.snapshot("raw")) })),
  create("cloned", (made) => ({ ...raw, source: fromVolume(made.volume("raw")) })),
  modify("raw", "6000"),
  grow("raw", 2 * MiB),
  create("files", () => ({ use: "ext4", bytes: 8 * MiB })),
  show("files"),
  writeFiles(),
  hide("files"),
  cut("files"),
  removeCut("raw"),
  remove("restored"),
  remove("files"),
  remove("raw"),
];

export const histories: Readonly<Record<PoolOn, readonly Step[]>> = { xfs: sharing, btrfs: sharing, ext4: copying };

function call(name: string, work: Work, unsure?: Unsure): Step {
  return { name, work, isCall: true, ...(unsure !== undefined && { unsure }) };
}

function user(name: string, work: Work, unsure?: Unsure): Step {
  return { ...call(name, work, unsure), isCall: false };
}

function create(name: string, wish: (made: Made) => VolumeWish): Step {
  return call(`CreateVolume ${name}`, async (co, made) => made.volumes.set(name, await co.create(name, wish(made))));
}

/** Where blocks are not shared the snapshot is there before it is whole. */
function cut(name: string): Step {
  return call(`CreateSnapshot ${name}`, async (co, made) => {
    made.snapshots.set(name, await co.snapshot(name, made.volume(name)));
    await untilCopied(co);
  });
}

function removeCut(name: string): Step {
  return call(`DeleteSnapshot ${name}`, (co, made) =>
    co.call("DeleteSnapshot", { snapshotId: made.snapshot(name).snapshotId }),
  );
}

function modify(name: string, iops: string): Step {
  return call(`ControllerModifyVolume ${name}`, (co, made) =>
    co.call("ControllerModifyVolume", { volumeId: made.volume(name).id, mutableParameters: { iops } }),
  );
}

function grow(name: string, requiredBytes: number): Step {
  const work: Work = (co, made) =>
    co.call("ControllerExpandVolume", { volumeId: made.volume(name).id, capacityRange: { requiredBytes } });
  return call(`ControllerExpandVolume ${name}`, work, "size");
}

function remove(name: string): Step {
  return call(`DeleteVolume ${name}`, (co, made) => co.delete(made.volume(name)));
}

/** Staging makes the filesystem of a new volume, which the record says in between. */
function show(name: string): Step {
  return user(`stage ${name}`, (co, made) => co.show(made.volume(name)), "filesystem");
}

function hide(name: string): Step {
  return user(`unstage ${name}`, (co, made) => co.hide(made.volume(name)));
}

function writeFiles(): Step {
  return user(files.step, (_, made) =>
    writeFile(join(made.volume("files").target, files.name), files.content, { flush: true }),
  );
}

/** Half of the volume `raw`, flushed. */
function writeBlocks(letter: string): Work {
  return (_, made) => writeFile(made.volume("raw").target, Buffer.alloc(MiB / 2, letter), { flag: "r+", flush: true });
}
