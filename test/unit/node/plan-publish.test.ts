import { describe, expect, test } from "vitest";
import { Life, mount, otherPath, rawDisk, somebodysMount, stagingPath, targetPath, verbs } from "../../support/life.ts";

const stage = { does: "stage" } as const;
const publish = { does: "publish" } as const;
const read = { does: "publish", wish: { readOnly: true } } as const;
const raw = { volume: { kinds: new Set(["block"] as const), fsType: undefined } };

async function staged(beginning = {}, ...before: readonly (typeof publish | typeof read)[]): Promise<Life> {
  const life = new Life(beginning);
  await life.do(stage, ...before);
  return life;
}

describe("a staged filesystem is shown at the target path", () => {
  test("which is made where it is missing", async () =>
    expect(verbs((await staged()).plan(publish))).toEqual(["make-directory", "bind"]));

  test.each([
    ["for writing", false],
    ["for reading", true],
  ])("%s", async (_, readOnly) => {
    const life = await staged();
    await life.do({ does: "publish", wish: { readOnly } });
    expect(life.host.world.mounts.at(-1)).toMatchObject({ path: targetPath, readOnly, as: "filesystem" });
    expect(verbs(life.plan({ does: "publish", wish: { readOnly } }))).toEqual([]);
  });

  test("what is staged for reading is published for reading, whatever publish says", async () => {
    const life = new Life();
    await life.do({ does: "stage", wish: { readOnly: true } }, publish);
    expect(life.host.world.mounts.at(-1)).toMatchObject({ path: targetPath, readOnly: true });
    expect(verbs(life.plan(publish))).toEqual([]);
  });
});

describe("what is published is proven to be this very volume", () => {
  test.each<[string, (life: Life) => void, string]>([
    ["never staged", (life) => life.reboot(), `holds nothing mounted, not volume v; call NodeStageVolume first`],
    [
      "another thing mounted there",
      (life) => life.host.world.mounts.splice(0, 1, somebodysMount(stagingPath)),
      "holds tmpfs (tmpfs), not volume v; call NodeStageVolume first",
    ],
    [
      "another thing mounted on top of it",
      (life) => life.host.world.mounts.push(somebodysMount(stagingPath)),
      "holds tmpfs (tmpfs), not volume v; call NodeStageVolume first",
    ],
    [
      "shut down",
      (life) => {
        for (const mount of life.host.world.mounts) mount.alive = false;
      },
      "answers with I/O errors: the filesystem has shut down; call NodeStageVolume first",
    ],
  ])("%s", async (_, happens, expected) => {
    const life = await staged();
    happens(life);
    expect(verbs(life.plan(publish))).toEqual([`FAILED_PRECONDITION: staging_target_path ${stagingPath} ${expected}`]);
  });

  test("raw blocks that are not attached are not staged", () =>
    expect(verbs(new Life(raw).plan(publish))).toEqual([
      "FAILED_PRECONDITION: volume v is not attached on this node; call NodeStageVolume first",
    ]));

  test("a volume that was made for raw blocks only has no filesystem", () =>
    expect(verbs(new Life(raw).plan({ ...publish, wish: { access: mount } }))).toEqual([
      "FAILED_PRECONDITION: volume v was made for block, not for mount",
    ]));
});

describe("published there before", () => {
  test.each([
    ["for writing, asked for reading", publish, read, "volume v for writing, not read-only"],
    ["for reading, asked for writing", read, publish, "volume v read-only, not for writing"],
  ] as const)("%s: not compatible", async (_, first, second, expected) => {
    const life = await staged({}, first);
    expect(verbs(life.plan(second))).toEqual([`ALREADY_EXISTS: target_path ${targetPath} holds ${expected}`]);
  });

  test.each([
    [publish, read, "volume v for writing"],
    [read, publish, "volume v read-only"],
  ] as const)("raw blocks: not compatible: %#", async (first, second, expected) => {
    const life = await staged(raw, first);
    expect(verbs(life.plan(second))).toEqual([`ALREADY_EXISTS: target_path ${targetPath} holds ${expected}`]);
  });

  test("somebody else's mount is never covered, on top of the volume's neither", async () => {
    const expected = [`ALREADY_EXISTS: target_path ${targetPath} holds tmpfs (tmpfs)`];
    for (const before of [[], [publish]]) {
      const life = await staged({}, ...before);
      life.host.world.mounts.push(somebodysMount(targetPath));
      expect(verbs(life.plan(publish))).toEqual(expected);
    }
  });

  test("what has shut down is taken away and shown again once it is staged again", async () => {
    const life = await staged({}, publish);
    const target = life.host.world.mounts.find(({ path }) => path === targetPath);
    if (target !== undefined) target.alive = false;
    expect(verbs(life.plan(publish))).toEqual(["unmount", "bind"]);
  });
});

describe("a second path", () => {
  const second = (manyTargets: boolean) => ({ ...publish, wish: { targetPath: otherPath, manyTargets } });
  test.each([{}, raw])("is refused where the mode allows one: %#", async (beginning) => {
    const life = await staged(beginning, publish);
    expect(verbs(life.plan(second(false)))).toEqual([
      `FAILED_PRECONDITION: volume v is already published at ${targetPath} and its access mode allows one path`,
    ]);
  });
  test("is given where the mode allows many", async () => {
    const life = await staged({}, publish);
    await life.do(second(true));
    expect(life.host.world.mounts.map(({ path }) => path)).toEqual([stagingPath, targetPath, otherPath]);
  });
});

describe("raw blocks", () => {
  test("for writing are the volume's own device", async () =>
    expect(verbs((await staged(raw)).plan(publish))).toEqual(["make-file", "bind-device"]));

  test("are not those of a device that is still being detached, for another volume gets its number", async () => {
    const life = await staged(raw, publish);
    await life.do({ ...read, wish: { readOnly: true, targetPath: otherPath } });
    const [writers, readers] = life.host.world.loops;
    const thirdPath = { targetPath: "/kubelet/third" };
    if (readers !== undefined) readers.detaching = true;
    expect(verbs(life.plan({ ...read, wish: { ...thirdPath, readOnly: true } }))).toEqual([
      "ABORTED: volume v is still being detached from /dev/loop1, which a program has open",
    ]);
    expect(verbs(life.plan({ ...publish, wish: thirdPath }))).toEqual(["make-file", "bind-device"]);
    if (writers !== undefined) writers.detaching = true;
    expect(verbs(life.plan({ ...publish, wish: thirdPath }))).toEqual([
      "ABORTED: volume v is still being detached from /dev/loop0, which a program has open",
    ]);
  });

  test("for reading are a second device, for a read-only bind mount of a device can be written through", async () => {
    const life = await staged(raw, read);
    expect(life.host.world.loops.map(({ readOnly }) => readOnly)).toEqual([false, true]);
    expect(life.host.world.mounts).toMatchObject([{ path: targetPath, readOnly: true, device: "/dev/loop1" }]);
  });

  test("of a disk for reading are a device on top of it, for the disk is its writers' too", async () => {
    const life = await staged(rawDisk);
    expect(verbs(life.plan(read))).toEqual(["attach", "make-file", "bind-device"]);
    await life.do(publish, { ...read, wish: { readOnly: true, targetPath: otherPath } });
    expect(life.host.world.loops).toMatchObject([{ file: "/dev/nvme1n1", readOnly: true }]);
    expect(life.host.world.mounts).toMatchObject([
      { path: targetPath, readOnly: false, device: "/dev/nvme1n1" },
      { path: otherPath, readOnly: true, device: "/dev/loop0" },
    ]);
    expect(verbs(life.plan(read))).toEqual([`ALREADY_EXISTS: target_path ${targetPath} holds volume v for writing`]);
  });

  test("of a disk that was attached for reading are read-only, whatever publish says", async () => {
    const life = await staged({ volume: { ...rawDisk.volume, readOnly: true } }, publish);
    expect(life.host.world.mounts).toMatchObject([{ path: targetPath, readOnly: true, device: "/dev/loop0" }]);
    expect(verbs(life.plan(publish))).toEqual([]);
  });

  test("staged for reading need no second device", async () => {
    const life = new Life(raw);
    await life.do({ does: "stage", wish: { readOnly: true } }, publish);
    expect(life.host.world.loops).toMatchObject([{ readOnly: true }]);
    expect(life.host.world.mounts).toMatchObject([{ readOnly: true }]);
  });
});
