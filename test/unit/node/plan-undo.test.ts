import { describe, expect, test } from "vitest";
import { planUnpublish } from "../../../src/node/plan-unpublish.ts";
import { planUnstage } from "../../../src/node/plan-unstage.ts";
import {
  disk,
  GiB,
  Life,
  otherPath,
  rawDisk,
  somebodysMount,
  stagingPath,
  targetPath,
  verbs,
} from "../../support/life.ts";

const stage = { does: "stage" } as const;
const publish = { does: "publish" } as const;
const read = { does: "publish", wish: { readOnly: true } } as const;
const unpublish = { does: "unpublish" } as const;
const unstage = { does: "unstage" } as const;
const raw = { volume: { kinds: new Set(["block"] as const), fsType: undefined } };

describe("unpublish", () => {
  test("takes the mount and its path away, and what is gone is done", async () => {
    const life = new Life();
    await life.do(stage, publish);
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "remove-target"]);
    await life.do(unpublish);
    expect(verbs(life.plan(unpublish))).toEqual([]);
  });

  test("takes as many mounts away as lie there", async () => {
    const life = new Life();
    await life.do(stage, publish);
    life.host.world.mounts.push(...life.host.world.mounts.slice(-1));
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "unmount", "remove-target"]);
  });

  test("never unmounts what is somebody else's, below the volume's neither", async () => {
    const life = new Life();
    life.host.world.paths.set(targetPath, "directory");
    life.host.world.mounts.push(somebodysMount(targetPath));
    expect(verbs(life.plan(unpublish))).toEqual([
      `FAILED_PRECONDITION: target_path ${targetPath} holds tmpfs (tmpfs), not volume v`,
    ]);
    await life.do(stage);
    const [theirs, ours] = life.host.world.mounts;
    if (theirs === undefined || ours === undefined) throw new Error("two are mounted");
    life.host.world.mounts.push({ ...ours, path: targetPath });
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "remove-target"]);
  });

  test("the second device of raw blocks goes with its last reader", async () => {
    const life = new Life(raw);
    await life.do(stage, read, { does: "publish", wish: { readOnly: true, targetPath: otherPath } });
    expect(verbs(life.plan(unpublish))).not.toContain("detach-read-only");
    await life.do({ ...unpublish, targetPath: otherPath });
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "remove-target", "detach-read-only"]);
    await life.do(unpublish);
    expect(life.host.world.loops).toMatchObject([{ readOnly: false }]);
  });

  test("of a disk's raw blocks the device of its readers goes with the last of them, the disk stays", async () => {
    const life = new Life(rawDisk);
    await life.do(stage, publish, { does: "publish", wish: { readOnly: true, targetPath: otherPath } });
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "remove-target"]);
    const other = { ...unpublish, targetPath: otherPath };
    expect(verbs(life.plan(other))).toEqual(["unmount", "remove-target", "detach-read-only"]);
    await life.do(other);
    expect(life.host.world.loops).toEqual([]);
  });

  test("raw blocks that are staged for reading keep their only device", async () => {
    const life = new Life(raw);
    await life.do({ does: "stage", wish: { readOnly: true } }, publish);
    expect(verbs(life.plan(unpublish))).not.toContain("detach-read-only");
  });

  test("of a volume that is gone cleans the path", () => {
    const facts = {
      backing: undefined,
      device: undefined,
      readOnlyDevice: undefined,
      shownAt: [],
    };
    const target = { kind: "directory", mount: undefined } as const;
    expect(verbs(planUnpublish({ volumeId: "v", source: undefined, targetPath }, { volume: facts, target }))).toEqual([
      "remove-target",
    ]);
    expect(
      verbs(planUnstage({ volumeId: "v", source: undefined, stagingPath }, { volume: facts, staging: target })),
    ).toEqual([]);
  });
});

describe("a mount of a disk that is gone", () => {
  const published = async (beginning: ConstructorParameters<typeof Life>[0]) => {
    const life = new Life(beginning);
    await life.do(stage, publish);
    return life;
  };

  test.each([disk, rawDisk])("is taken away, though nobody knows any more whose it was: %#", async (beginning) => {
    const life = await published(beginning);
    life.host.world.devices.clear();
    expect(verbs(life.plan(unpublish))).toEqual(["unmount", "remove-target"]);
    await life.do(unpublish, unstage);
    expect(life.host.world.mounts).toEqual([]);
  });

  test("gives way to the volume when that is attached again", async () => {
    const life = await published(disk);
    const { devices, mounts } = life.host.world;
    for (const mount of mounts) Object.assign(mount, { device: "/dev/nvme0n1", file: "/dev/nvme0n1" });
    expect(verbs(life.plan(publish))).toEqual([
      `FAILED_PRECONDITION: staging_target_path ${stagingPath} holds /dev/nvme0n1 (ext4), not volume v; call NodeStageVolume first`,
    ]);
    await life.do(stage, publish);
    expect([...devices.keys()]).toEqual(["/dev/nvme1n1"]);
    expect(mounts).toMatchObject([
      { path: stagingPath, device: "/dev/nvme1n1" },
      { path: targetPath, device: "/dev/nvme1n1" },
    ]);
  });
});

describe("unstage", () => {
  test("unmounts and detaches, limits removed before, for they outlive the file", async () => {
    const life = new Life();
    await life.do(stage);
    expect(verbs(life.plan(unstage))).toEqual(["unmount", "set-limits", "detach"]);
    await life.do(unstage);
    expect(life.host.world).toMatchObject({ loops: [], mounts: [] });
    expect(verbs(life.plan(unstage))).toEqual([]);
  });

  test("takes both devices of raw blocks away", async () => {
    const life = new Life(raw);
    await life.do(stage, read);
    life.host.world.mounts.length = 0;
    expect(verbs(life.plan(unstage))).toEqual(["set-limits", "set-limits", "detach"]);
  });

  test.each([{}, raw])("is refused while it is published, and says where: %#", async (beginning) => {
    const life = new Life(beginning);
    await life.do(stage, publish);
    expect(verbs(life.plan(unstage))).toEqual([`FAILED_PRECONDITION: volume v is still published at ${targetPath}`]);
  });

  test("never unmounts what is somebody else's", () => {
    const life = new Life();
    life.host.world.mounts.push(somebodysMount(stagingPath));
    expect(verbs(life.plan(unstage))).toEqual([
      `FAILED_PRECONDITION: staging_target_path ${stagingPath} holds tmpfs (tmpfs), not volume v`,
    ]);
  });

  test("of a disk detaches nothing but what a crash left on top of it", async () => {
    const life = new Life(disk);
    await life.do(stage);
    expect(verbs(life.plan(unstage))).toEqual(["unmount"]);
    const cut = new Life(rawDisk);
    await cut.do(stage);
    await cut.perform(cut.steps(read).slice(0, 1));
    expect(verbs(cut.plan(unstage))).toEqual(["detach-read-only"]);
  });
});

describe("expand", () => {
  const grown = async (
    beginning: ConstructorParameters<typeof Life>[0],
    ...more: readonly (typeof publish | typeof read)[]
  ) => {
    const life = new Life(beginning);
    await life.do(stage, ...more);
    life.volume = { ...life.volume, sizeBytes: 2 * GiB };
    return life;
  };
  test("the image, the device, the filesystem", async () =>
    expect(verbs((await grown({}, publish)).plan({ does: "expand" }))).toEqual([
      ...["resize-image", "refresh-size", "grow-mounted"],
    ]));
  test("through a path that can take the order, though it is published for reading", async () => {
    const steps = (await grown({}, read)).steps({ does: "expand" });
    expect(steps.at(-1)).toMatchObject({ do: "grow-mounted", path: stagingPath });
  });
  test("raw blocks are larger as soon as their device is", async () =>
    expect(verbs((await grown(raw, publish)).plan({ does: "expand" }))).toEqual(["resize-image", "refresh-size"]));
  test("a disk grows by itself, the device of its readers is told", async () => {
    const life = await grown(rawDisk, read);
    life.host.world.bytesOf("/dev/nvme1n1").sizeBytes = 2 * GiB;
    expect(verbs(life.plan({ does: "expand" }))).toEqual(["refresh-size"]);
    expect(verbs(life.plan({ does: "publish", wish: { readOnly: true, targetPath: otherPath } }))).toEqual([
      ...["refresh-size", "make-file", "bind-device"],
    ]);
    await life.do({ does: "expand" });
    expect(life.host.world.loops).toMatchObject([{ sizeBytes: 2 * GiB }]);
  });
  test("a filesystem that is only read grows when it is staged again", async () => {
    const life = new Life();
    await life.do({ does: "stage", wish: { readOnly: true } }, publish);
    life.volume = { ...life.volume, sizeBytes: 2 * GiB };
    expect(verbs(life.plan({ does: "expand" }))).toEqual(["resize-image", "refresh-size"]);
  });
  test("what is not at the path is not found", async () =>
    expect(verbs((await grown({})).plan({ does: "expand" }))).toEqual([
      `NOT_FOUND: volume v is not at volume_path ${targetPath}`,
    ]));
});
