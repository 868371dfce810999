import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type CoVolume, refusalOf } from "../support/co.ts";
import { must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { mountElsewhere } from "../support/other-namespace.ts";
import { loopsOf } from "../support/sandbox.ts";
import { withDriver } from "../support/with-driver.ts";

const MiB = 2 ** 20;
const at = withDriver();
const small = { use: "ext4", bytes: 32 * MiB } as const;

const imageOf = ({ id }: Pick<CoVolume, "id">): string => join(at.sandbox.pool, "volumes", id, "data");
const loopOf = async (volume: Pick<CoVolume, "id">): Promise<string> => {
  const line = (await loopsOf(join(at.sandbox.pool, "volumes", volume.id)))[0] ?? "";
  return line.split(" ")[0] ?? "";
};
const keep = (volume: CoVolume) => writeFile(join(volume.target, "data"), "kept");
const kept = (volume: CoVolume) => readFile(join(volume.target, "data"), "utf8");

describe("publishing proves that the staging path holds this very volume", () => {
  test("not before it is staged", async () => {
    for (const use of ["ext4", "block"] as const) {
      const volume = await at.co.create(`unstaged-${use}`, { use, bytes: 32 * MiB });
      expect(await refusalOf(at.co.publish(volume))).toMatch(/^FAILED_PRECONDITION: .*call NodeStageVolume first$/);
      await at.co.end(volume);
    }
  });

  test("not when it was unmounted by hand: a pod would write into a directory of the host", async () => {
    const volume = await at.co.create("unmounted", small);
    await at.co.stage(volume);
    await must("umount", volume.staging);
    expect(await refusalOf(at.co.publish(volume))).toMatch(
      /^FAILED_PRECONDITION: .* holds nothing mounted, not volume/,
    );
    await expect(readdir(volume.target)).rejects.toThrow(/ENOENT/);
    await at.co.show(volume);
    await at.co.end(volume);
  });

  test("not when another volume is mounted there", async () => {
    const [volume, other] = [await at.co.create("mistaken", small), await at.co.create("other", small)];
    await at.co.stage({ ...other, staging: volume.staging });
    expect(await refusalOf(at.co.publish(volume))).toMatch(
      /^FAILED_PRECONDITION: staging_target_path .* holds \/dev\/loop/,
    );
    expect(await refusalOf(at.co.stage(volume))).toMatch(/^ALREADY_EXISTS: staging_target_path .* holds \/dev\/loop/);
    expect(await refusalOf(at.co.unstage(volume))).toMatch(
      /^FAILED_PRECONDITION: staging_target_path .* holds \/dev\/loop/,
    );
    await at.co.unstage({ ...other, staging: volume.staging });
    for (const made of [volume, other]) await at.co.delete(made);
  });
});

describe("what broke is put right by asking again", () => {
  test("mounts and devices that a reboot took", async () => {
    const volume = await at.co.start("rebooted", small);
    await keep(volume);
    for (const path of [volume.target, volume.staging]) await must("umount", path);
    await must("losetup", "--detach", await loopOf(volume));
    expect(await refusalOf(at.co.publish(volume))).toMatch(/^FAILED_PRECONDITION/);
    await at.co.show(volume);
    expect(await kept(volume)).toBe("kept");
    await at.co.end(volume);
  });

  test("raw blocks whose device a reboot took", async () => {
    const volume = await at.co.start("rebooted-block", { use: "block", bytes: MiB });
    await writeFile(volume.target, "kept", { flag: "r+" });
    await must("umount", volume.target);
    await must("losetup", "--detach", await loopOf(volume));
    expect(await refusalOf(at.co.publish(volume))).toMatch(/^FAILED_PRECONDITION: .* is not attached on this node/);
    await at.co.show(volume);
    expect((await readFile(volume.target)).subarray(0, 4).toString()).toBe("kept");
    await at.co.end(volume);
  });

  test("a filesystem that has shut down, once nobody holds it any more", async () => {
    const volume = await at.co.start("shut-down", { use: "xfs", bytes: 320 * MiB });
    await keep(volume);
    await must("sync", "--file-system", volume.target);
    await must("xfs_io", "-x", "-c", "shutdown", volume.target);
    expect(await at.co.health(volume)).toEqual(["INACCESSIBLE/FilesystemShutDown"]);
    expect(await refusalOf(at.co.publish({ ...volume, target: `${volume.target}-2` }))).toMatch(
      /^FAILED_PRECONDITION: .*I\/O errors/,
    );
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^FAILED_PRECONDITION: .*has shut down and is still published at/,
    );
    await at.co.unpublish(volume);
    await at.co.show(volume);
    expect(await at.co.health(volume)).toEqual([]);
    expect(await kept(volume)).toBe("kept");
    await at.co.end(volume);
  });

  test("a target path on which the volume lies twice", async () => {
    const volume = await at.co.start("twice", small);
    await must("mount", "--bind", volume.staging, volume.target);
    await at.co.end(volume);
    await expect(readdir(volume.target)).rejects.toThrow(/ENOENT/);
  });
});

describe("what must not be touched is not", () => {
  test("a damaged ext4 is not mounted, and the reason is told", async () => {
    const volume = await at.co.start("damaged", small);
    await at.co.hide(volume);
    await must("debugfs", "-w", "-R", "clri <2>", imageOf(volume));
    await must("debugfs", "-w", "-R", "ssv state 2", imageOf(volume));
    expect(await refusalOf(at.co.stage(volume))).toMatch(
      /^FAILED_PRECONDITION: the filesystem on .* is damaged and e2fsck does not repair it unasked/,
    );
    await at.co.end(volume);
  });

  test("a volume that is still published is not unstaged, and one that is staged is not deleted", async () => {
    const volume = await at.co.start("in-use", small);
    expect(await refusalOf(at.co.unstage(volume))).toMatch(/^FAILED_PRECONDITION: volume .* is still published at/);
    await at.co.unpublish(volume);
    expect(await refusalOf(at.co.delete(volume))).toMatch(/^FAILED_PRECONDITION: volume .* is in use: shown at/);
    await at.co.end(volume);
  });

  test("a volume that a process works in is not unpublished", async () => {
    const volume = await at.co.start("busy", small);
    const user = spawn("sleep", ["infinity"], { cwd: volume.target });
    await once(user, "spawn");
    expect(await refusalOf(at.co.unpublish(volume))).toMatch(
      /^FAILED_PRECONDITION: .* is in use and cannot be unmounted now/,
    );
    user.kill("SIGKILL");
    await once(user, "exit");
    await at.co.end(volume);
  });

  test("a volume that a container still has in its own mount namespace is neither unstaged nor deleted", async () => {
    const volume = await at.co.start("elsewhere", small);
    const loop = await loopOf(volume);
    await at.co.unpublish(volume);
    await mkdir(volume.target);
    {
      await using _ = await mountElsewhere(loop, volume.target);
      expect(await refusalOf(at.co.unstage(volume))).toMatch(
        /^FAILED_PRECONDITION: .* is in use, perhaps in another mount namespace/,
      );
      expect(await refusalOf(at.co.delete(volume))).toMatch(/^FAILED_PRECONDITION: volume .* is in use: attached as/);
    }
    await at.co.end(volume);
  });

  test("a device that a program keeps open past its time is not shown to the next pod as the same volume", async () => {
    const volume = await at.co.start("kept-open", { use: "block", bytes: MiB });
    const user = await open(await loopOf(volume), "r");
    await at.co.unpublish(volume);
    expect(await refusalOf(at.co.unstage(volume))).toMatch(/^FAILED_PRECONDITION: .* still in use and goes once/);
    expect(await refusalOf(at.co.stage(volume))).toMatch(/^ABORTED: volume .* is still being detached from/);
    expect(await refusalOf(at.co.publish(volume))).toMatch(/^ABORTED: volume .* is still being detached from/);
    await user.close();
    await eventually(() => at.co.stage(volume));
    const other = await at.co.start("another's", { use: "block", bytes: MiB });
    await at.co.publish(volume);
    await writeFile(volume.target, "one", { flag: "r+" });
    await writeFile(other.target, "two", { flag: "r+" });
    for (const [{ target }, text] of [
      [volume, "one"],
      [other, "two"],
    ] as const)
      expect((await readFile(target)).subarray(0, 3).toString()).toBe(text);
    for (const made of [volume, other]) await at.co.end(made);
  });

  test("files that somebody put where the volume was published stay", async () => {
    const volume = await at.co.create("foreign-files", small);
    await mkdir(volume.target, { recursive: true });
    await writeFile(join(volume.target, "somebody's"), "");
    expect(await refusalOf(at.co.unpublish(volume))).toMatch(/^FAILED_PRECONDITION: .* holds files; it is not removed/);
    expect(await readdir(volume.target)).toEqual(["somebody's"]);
    await at.co.delete(volume);
  });

  test("what somebody else mounted at the target path is neither taken for the volume nor unmounted", async () => {
    const volume = await at.co.create("foreign-mount", small);
    await at.co.stage(volume);
    await mkdir(volume.target);
    await must("mount", "-t", "tmpfs", "somebody's", volume.target);
    expect(await refusalOf(at.co.publish(volume))).toMatch(
      /^ALREADY_EXISTS: target_path .* holds somebody's \(tmpfs\)/,
    );
    expect(await refusalOf(at.co.unpublish(volume))).toMatch(
      /^FAILED_PRECONDITION: target_path .* holds somebody's \(tmpfs\)/,
    );
    await must("umount", volume.target);
    await at.co.end(volume);
  });

  test.each([
    ["ext4", "a file", /^FAILED_PRECONDITION: target_path .* is there and is no directory$/],
    ["ext4", "nowhere", /^FAILED_PRECONDITION: the parent directory of .* does not exist$/],
    ["block", "a directory", /^FAILED_PRECONDITION: target_path .* is there and is no file$/],
    ["block", "nowhere", /^FAILED_PRECONDITION: the parent directory of .* does not exist$/],
  ] as const)("a target path at which it cannot be shown: %s at %s", async (use, where, said) => {
    const volume = await at.co.create(`unfit-${use}-${where}`, { use, bytes: 32 * MiB });
    await at.co.stage(volume);
    const wrong = where === "nowhere" ? join(volume.target, "no", "target") : volume.target;
    if (where === "a file") await writeFile(wrong, "somebody's");
    if (where === "a directory") await mkdir(wrong);
    expect(await refusalOf(at.co.publish({ ...volume, target: wrong }))).toMatch(said);
    await rm(wrong, { recursive: true, force: true });
    await at.co.end(volume);
  });

  test("a volume is published once where its access mode says so", async () => {
    const volume = await at.co.start("once", { ...small, mode: "SINGLE_NODE_SINGLE_WRITER" });
    const second = { ...volume, target: `${volume.target}-2` };
    expect(await refusalOf(at.co.publish(second))).toMatch(
      /^FAILED_PRECONDITION: .* is already published at .* its access mode allows one path/,
    );
    await at.co.end(volume);
  });
});

describe("paths outside kubelet's directory are refused", () => {
  const guarded = withDriver({ flagsFor: ({ path }) => ["--kubelet-dir", path("kubelet")] });

  test.each([
    ["elsewhere", () => "/etc/kura", /^INVALID_ARGUMENT: staging_target_path .* is not under --kubelet-dir/],
    [
      "with ..",
      () => `${guarded.sandbox.path("kubelet")}/../kura`,
      /^INVALID_ARGUMENT: staging_target_path .* contains \.\./,
    ],
    ["relative", () => "kura", /^INVALID_ARGUMENT: staging_target_path "kura" is not an absolute path/],
    [
      "behind a link",
      () => guarded.sandbox.path("kubelet", "link", "kura"),
      /^INVALID_ARGUMENT: .* leads out of --kubelet-dir .*, to \/etc\/kura/,
    ],
  ])("%s", async (name, path, said) => {
    const { co, sandbox } = guarded;
    await symlink("/etc", sandbox.path("kubelet", "link")).catch(() => {});
    const volume = await co.create(name, small);
    expect(await refusalOf(co.stage(volume, { stagingTargetPath: path() }))).toMatch(said);
    await co.delete(volume);
  });

  test.each(["a directory", "nothing"])("a link to %s outside: nothing is mounted or unmounted there", async (to) => {
    const { co, sandbox } = guarded;
    const outside = sandbox.path(`outside-${to}`);
    if (to === "a directory") await mkdir(outside);
    const volume = await co.start(`linked-${to}`, { ...small, mode: "SINGLE_NODE_MULTI_WRITER" });
    const linked = { ...volume, target: `${volume.target}-link` };
    await symlink(outside, linked.target);
    const said = /^INVALID_ARGUMENT: target_path .* is a symbolic link$/;
    expect(await refusalOf(co.publish(linked))).toMatch(said);
    if (to === "a directory") await must("mount", "--bind", volume.staging, outside);
    expect(await refusalOf(co.unpublish(linked))).toMatch(said);
    if (to === "a directory") await must("umount", outside);
    await co.end(volume);
  });
});
