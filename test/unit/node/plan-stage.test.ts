import { describe, expect, test } from "vitest";
import type { Contents } from "../../../src/node/host.ts";
import { planStage } from "../../../src/node/plan-stage.ts";
import { isRefusal } from "../../../src/node/step.ts";
import { type Filesystem, type FsType, fsTypes, type Unrecorded } from "../../../src/node/volume.ts";
import { freshFilesystem } from "../../fakes/model-host.ts";
import { aVolume, GiB, Life, mount, otherPath, somebodysMount, stagingPath, verbs } from "../../support/life.ts";

const stage = { does: "stage" } as const;

describe("a filesystem is made only on what is proven blank", () => {
  const none: Filesystem = { state: "none" };
  const started: Filesystem = { state: "started", fsType: "ext4" };
  const done: Filesystem = { state: "done", fsType: "ext4", sharesId: false };
  const rawBlocks: Filesystem = { state: "done", fsType: undefined, sharesId: false };
  const unrecorded: Unrecorded = { state: "unrecorded" };
  const blank: Contents = { kind: "blank" };
  const holds = (fsType: FsType): Contents => ({ kind: "filesystem", fsType, sizeBytes: GiB });
  const unsigned: Contents = { kind: "unsigned" };
  const table: Contents = { kind: "other", description: "a gpt partition table" };

  /** The record, the bytes, and what becomes of a wish for ext4: made, mounted as it is, or refused. */
  const rows: readonly (readonly [string, Filesystem | Unrecorded, Contents, "made" | "kept" | "refused"])[] = [
    ["born blank, and blank", none, blank, "made"],
    ["born blank, yet it holds an ext4", none, holds("ext4"), "refused"],
    ["born blank, yet it holds an xfs", none, holds("xfs"), "refused"],
    ["born blank, yet it holds a partition table", none, table, "refused"],
    ["born blank, yet it holds bytes of no kind", none, unsigned, "refused"],
    ["mkfs ran, and nothing came of it", started, blank, "made"],
    ["mkfs ran, and left bytes of no kind", started, unsigned, "made"],
    ["mkfs ran, perhaps not to its end", started, holds("ext4"), "made"],
    ["mkfs ran, yet it holds another filesystem", started, holds("xfs"), "refused"],
    ["mkfs ran, yet it holds a partition table", started, table, "refused"],
    ["made once", done, holds("ext4"), "kept"],
    ["made once, and now blank", done, blank, "refused"],
    ["made once, and now another filesystem", done, holds("xfs"), "refused"],
    ["made once, and now bytes of no kind", done, unsigned, "refused"],
    ["made once, and now a partition table", done, table, "refused"],
    ["raw blocks that a user left blank", rawBlocks, blank, "refused"],
    ["raw blocks on which a user made an ext4", rawBlocks, holds("ext4"), "kept"],
    ["raw blocks on which a user made an xfs", rawBlocks, holds("xfs"), "refused"],
    ["raw blocks with a user's bytes", rawBlocks, unsigned, "refused"],
    ["raw blocks with a partition table", rawBlocks, table, "refused"],
    ["no record, blank", unrecorded, blank, "made"],
    ["no record, bytes of no kind, perhaps a user's", unrecorded, unsigned, "refused"],
    ["no record, an ext4", unrecorded, holds("ext4"), "kept"],
    ["no record, an xfs", unrecorded, holds("xfs"), "refused"],
    ["no record, a partition table", unrecorded, table, "refused"],
  ];
  const factsOf = (contents: Contents, heldElsewhere = false) => {
    const { volume, paths } = new Life().host.world.observe(aVolume.source, { staging: stagingPath });
    return { volume, staging: paths.staging, heldElsewhere, contents };
  };
  const wishOf = (filesystem: Filesystem | Unrecorded) => ({
    volume: { ...aVolume, filesystem },
    stagingPath,
    access: { ...mount, fsType: "ext4" as const },
    readOnly: false,
  });

  test.each(rows)("%s: %#", (_, filesystem, contents, expected) => {
    const plan = planStage(wishOf(filesystem), factsOf(contents));
    if (isRefusal(plan)) {
      expect(plan.refused).toBe("FAILED_PRECONDITION");
      expect(plan.reason).toMatch(/never formatted over/);
      expect(expected).toBe("refused");
    } else expect(plan.steps.some((step) => step.do === "format") ? "made" : "kept").toBe(expected);
  });

  test.each(rows.filter(([, , , expected]) => expected === "made"))(
    "nor while somebody whom nobody sees holds the device: %s",
    (_, filesystem, contents) =>
      expect(planStage(wishOf(filesystem), factsOf(contents, true))).toEqual({
        refused: "ABORTED",
        reason: "volume v is held by another program and cannot be formatted now",
      }),
  );

  test("the record says that it begins before it begins, and that it is done after the mount", () => {
    expect(verbs(planStage(wishOf(none), factsOf(blank)))).toEqual([
      ...["attach", "set-limits", "note-filesystem", "format", "mount", "remove-lost-and-found", "note-filesystem"],
    ]);
    expect(verbs(planStage(wishOf(unrecorded), factsOf(blank)))).not.toContain("note-filesystem");
  });

  test("a filesystem that is made again is first cleared of what the killed one left", () => {
    const discards = (filesystem: Filesystem) => {
      const plan = planStage(wishOf(filesystem), factsOf(blank));
      return isRefusal(plan) ? [] : plan.steps.flatMap((step) => (step.do === "format" ? [step.discard] : []));
    };
    expect(discards(none)).toEqual([false]);
    expect(discards(started)).toEqual([true]);
  });
});

describe("an existing filesystem", () => {
  const withData = (fsType: FsType, sizeBytes: number, sharesId = false) =>
    new Life({
      volume: { fsType, filesystem: { state: "done", fsType, sharesId } },
      bytes: { holds: { ...freshFilesystem(fsType, sizeBytes), data: "precious" } },
    });

  test.each(fsTypes)("%s is looked after and mounted", (fsType) =>
    expect(verbs(withData(fsType, GiB).plan(stage))).toEqual(["attach", "set-limits", "check", "mount"]),
  );
  test.each([
    ["ext4", ["attach", "set-limits", "check", "grow-unmounted", "mount"]],
    ["ext3", ["attach", "set-limits", "check", "grow-unmounted", "mount"]],
    ["xfs", ["attach", "set-limits", "check", "mount", "grow-mounted"]],
    ["btrfs", ["attach", "set-limits", "check", "mount", "grow-mounted"]],
  ] as const)("a smaller %s grows where it can: %j", (fsType, expected) =>
    expect(verbs(withData(fsType, GiB / 2).plan(stage))).toEqual(expected),
  );
  test("a rest of less than 64 KiB at the end is no growth", () =>
    expect(verbs(withData("xfs", GiB - 65_535).plan(stage))).not.toContain("grow-mounted"));

  test("a copy of btrfs gets an id of its own, once, before its first mount; others need none", () => {
    expect(verbs(withData("btrfs", GiB, true).plan(stage))).toEqual([
      ...["attach", "set-limits", "give-new-id", "note-filesystem", "check", "mount"],
    ]);
    expect(verbs(withData("xfs", GiB, true).plan(stage))).not.toContain("give-new-id");
  });

  test.each([
    ["xfs", ["nouuid"]],
    ["ext4", []],
  ] as const)("%s is mounted with %j besides what was asked for", (fsType, own) => {
    const plan = withData(fsType, GiB).plan({ ...stage, wish: { access: { ...mount, flags: ["noatime"] } } });
    const options = isRefusal(plan) ? [] : plan.steps.flatMap((step) => (step.do === "mount" ? step.options : []));
    expect(options).toEqual(["noatime", ...own]);
  });
});

describe("what is there already", () => {
  test("staged in the same way is done", async () => {
    const life = new Life();
    await life.do(stage);
    expect(verbs(life.plan(stage))).toEqual([]);
  });

  test.each([
    ["read-only", { readOnly: true }, "staged at /kubelet/staging for writing, not read-only"],
    [
      "with a flag",
      { access: { ...mount, flags: ["noatime"] } },
      "staged at /kubelet/staging without the mount flag noatime",
    ],
  ] as const)("another wish is not compatible while it is published: %s", async (_, wish, expected) => {
    const life = new Life();
    await life.do(stage, { does: "publish" });
    expect(verbs(life.plan({ ...stage, wish }))).toEqual([expect.stringContaining(expected)]);
    expect(verbs(life.plan({ ...stage, wish }))[0]).toMatch(/^ALREADY_EXISTS/);
  });

  test("for reading it cannot be staged for writing too", async () => {
    const life = new Life();
    await life.do({ ...stage, wish: { readOnly: true } });
    expect(verbs(life.plan(stage))[0]).toBe(
      "ALREADY_EXISTS: volume v is staged at /kubelet/staging read-only, not for writing",
    );
  });

  test("another filesystem than the volume's is refused", () =>
    expect(verbs(new Life().plan({ ...stage, wish: { access: { ...mount, fsType: "xfs" } } }))).toEqual([
      "FAILED_PRECONDITION: volume v has ext4, not xfs",
    ]));

  test("somebody else's mount at the staging path is not ours, on top of the volume's neither", async () => {
    const life = new Life();
    life.host.world.mounts.push(somebodysMount(stagingPath));
    const expected = [`ALREADY_EXISTS: staging_target_path ${stagingPath} holds tmpfs (tmpfs)`];
    expect(verbs(life.plan(stage))).toEqual(expected);
    life.host.world.mounts.length = 0;
    await life.do(stage);
    life.host.world.mounts.push(somebodysMount(stagingPath));
    expect(verbs(life.plan(stage))).toEqual(expected);
  });

  test.each(["file", "other"] as const)("a staging path that is a %s is refused", (kind) => {
    const life = new Life();
    life.host.world.paths.set(stagingPath, kind);
    expect(verbs(life.plan(stage))).toEqual([
      `FAILED_PRECONDITION: staging_target_path ${stagingPath} is not a directory`,
    ]);
  });

  test.each([
    ["mounted for writing", "mount", false],
    ["mounted for reading", "mount", true],
    ["raw blocks for writing", "block", false],
    ["raw blocks for reading", "block", true],
  ] as const)("a device that is still being detached is neither used nor doubled: %s", async (_, kind, readOnly) => {
    const life = new Life({ volume: { kinds: new Set([kind]) } });
    const again = { ...stage, wish: { readOnly } };
    await life.do(again);
    life.host.world.mounts.length = 0;
    for (const loop of life.host.world.loops) loop.detaching = true;
    expect(verbs(life.plan(again))).toEqual([
      expect.stringMatching(/^ABORTED: volume v is still being detached from .dev.loop\d+, which a program has open$/),
    ]);
    expect(verbs(life.plan({ does: "unstage" }))).toContain("detach");
  });

  test("what is mounted from a device that would go otherwise is staged there", async () => {
    const life = new Life();
    await life.do(stage);
    for (const loop of life.host.world.loops) loop.detaching = true;
    expect(verbs(life.plan(stage))).toEqual([]);
  });

  test("a staging path that is missing is made", () => {
    const life = new Life();
    life.host.world.paths.delete(stagingPath);
    expect(verbs(life.plan(stage))[0]).toBe("make-directory");
  });

  test("a volume whose bytes are gone is not made anew", () => {
    const facts = {
      backing: undefined,
      device: undefined,
      readOnlyDevice: undefined,
      shownAt: [],
    };
    const plan = planStage(
      { volume: aVolume, stagingPath, access: mount, readOnly: false },
      {
        volume: facts,
        staging: { kind: "directory", mount: undefined },
        heldElsewhere: false,
        contents: { kind: "blank" },
      },
    );
    expect(verbs(plan)).toEqual(["INTERNAL: the backing file of volume v is missing: /pool/v/data"]);
  });

  test("a volume that was made for raw blocks only has no filesystem", () =>
    expect(
      verbs(new Life({ volume: { kinds: new Set(["block"]) } }).plan({ ...stage, wish: { access: mount } })),
    ).toEqual(["FAILED_PRECONDITION: volume v was made for block, not for mount"]));
});

describe("a filesystem that has shut down", () => {
  async function shutDown(...more: readonly { readonly does: "publish" }[]): Promise<Life> {
    const life = new Life();
    await life.do(stage, ...more);
    for (const mount of life.host.world.mounts) mount.alive = false;
    return life;
  }
  test("is mounted again once nobody holds it", async () => {
    const life = await shutDown();
    expect(verbs(life.plan(stage))).toEqual(["unmount", "set-limits", "check", "mount"]);
    await life.do(stage);
    expect(life.host.world.mounts).toMatchObject([{ path: stagingPath, alive: true }]);
  });
  test("is left alone while it is published, and says where", async () =>
    expect(verbs((await shutDown({ does: "publish" })).plan(stage))).toEqual([
      "FAILED_PRECONDITION: the filesystem of volume v has shut down and is still published at /kubelet/target",
    ]));
});

describe("raw blocks", () => {
  const raw = { kinds: new Set(["block"] as const), fsType: undefined };
  test("are attached, and from then on nobody takes them for blank", async () => {
    const life = new Life({ volume: raw });
    expect(verbs(life.plan(stage))).toEqual(["note-filesystem", "attach", "set-limits"]);
    await life.do(stage);
    expect(life.volume.filesystem).toEqual({ state: "done", fsType: undefined, sharesId: false });
    expect(verbs(life.plan(stage))).toEqual(["set-limits"]);
  });
  test("for reading are attached for reading", async () => {
    const life = new Life({ volume: raw });
    await life.do({ ...stage, wish: { readOnly: true } });
    expect(life.host.world.loops).toMatchObject([{ readOnly: true }]);
  });
  test("are as large as the volume has become, though it grew while nobody looked", async () => {
    const life = new Life({ volume: raw });
    await life.do(stage);
    life.volume = { ...life.volume, sizeBytes: 2 * GiB };
    expect(verbs(life.plan(stage))).toEqual(["resize-image", "refresh-size", "set-limits"]);
    await life.do(stage);
    expect(life.host.world.loops).toMatchObject([{ sizeBytes: 2 * GiB }]);
  });
  test("on a device of somebody else's there is nothing to attach", () =>
    expect(
      verbs(
        new Life({
          volume: { ...raw, source: { kind: "device", path: "/dev/xvdba" }, filesystem: { state: "unrecorded" } },
        }).plan(stage),
      ),
    ).toEqual([]));
});

describe("a reader", () => {
  test("never writes: the log is replayed by a writer before, who goes with his device", async () => {
    const life = new Life();
    await life.do({ ...stage, wish: { readOnly: true } });
    expect(life.host.world.loops).toMatchObject([{ readOnly: true }]);
    expect(life.host.world.mounts).toMatchObject([{ path: stagingPath, readOnly: true }]);
  });
  test("takes what somebody holds as it is", async () => {
    const life = new Life({
      volume: { filesystem: { state: "done", fsType: "ext4", sharesId: false } },
      bytes: { holds: freshFilesystem("ext4", GiB) },
    });
    life.host.world.paths.set(otherPath, "directory");
    await life.do({ does: "stage", wish: { stagingPath: otherPath } });
    expect(verbs(life.plan({ ...stage, wish: { readOnly: true } }))).toEqual(["attach", "set-limits", "mount"]);
  });
});

describe("the mount option ro", () => {
  const withRo = { ...stage, wish: { access: { ...mount, flags: ["ro"] } } };
  const holding = (fsType: FsType, sizeBytes: number) =>
    new Life({
      volume: { fsType, filesystem: { state: "done", fsType, sharesId: false } },
      bytes: { holds: freshFilesystem(fsType, sizeBytes) },
    });

  test("on a new volume: a writer makes the filesystem, and goes", async () => {
    const life = new Life();
    expect(verbs(life.plan(withRo))).toEqual([
      ...["attach", "set-limits", "note-filesystem", "format", "mount", "remove-lost-and-found", "note-filesystem"],
      ...["unmount", "mount"],
    ]);
    await life.do(withRo);
    expect(life.host.world.mounts).toMatchObject([{ path: stagingPath, readOnly: true }]);
    expect(verbs(life.plan(withRo))).toEqual([]);
  });

  test.each(["xfs", "btrfs"] as const)("on a larger copy of %s: a writer grows it, and goes", async (fsType) => {
    const life = holding(fsType, GiB / 2);
    expect(verbs(life.plan(withRo))).toEqual([
      ...["attach", "set-limits", "check", "mount", "grow-mounted", "unmount", "mount"],
    ]);
    await life.do(withRo);
    expect(life.host.world.mounts).toMatchObject([{ readOnly: true }]);
  });

  test.each(fsTypes)("on a %s that needs no writer: none comes, it may be damaged and there to be saved", (fsType) =>
    expect(verbs(holding(fsType, GiB).plan(withRo))).toEqual(["attach", "set-limits", "check", "mount"]),
  );

  test("that was mounted before the filesystem was finished: all of it again", async () => {
    const life = new Life();
    await life.perform(life.steps(withRo).slice(0, 4));
    const device = { image: "/pool/v/data", readOnly: false };
    await life.perform([{ do: "mount", device, path: stagingPath, fsType: "ext4", options: ["ro"] }]);
    await life.do(withRo);
    expect(life.host.world.mounts).toMatchObject([{ path: stagingPath, readOnly: true }]);
    expect(life.volume.filesystem).toMatchObject({ state: "done" });
  });

  test.each([
    [["ro", "rw"], false],
    [["rw", "ro"], true],
  ])("of %j the last one counts", async (flags, readOnly) => {
    const life = new Life();
    const wish = { ...stage, wish: { access: { ...mount, flags } } };
    await life.do(wish);
    expect(verbs(life.plan(wish))).toEqual([]);
    expect(life.plan({ ...stage, wish: { access: mount } })).toMatchObject(
      readOnly ? { refused: "ALREADY_EXISTS" } : { steps: [] },
    );
  });
});
