import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Co } from "../support/co.ts";
import { must } from "../support/command.ts";
import { startTestDriver } from "../support/driver.ts";
import { metricsOf } from "../support/http.ts";
import { kura } from "../support/kura.ts";
import { freePort } from "../support/port.ts";
import { loopsOf, makeSandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
const pool = (...words: readonly string[]) => kura(["pool", ...words]);

describe("kura pool create", () => {
  test("makes an XFS in a file, once; destroy takes it away again, when it is told --yes", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const root = sandbox.path("made");
    expect(await pool("create", "--pool", root, "--image", "320Mi", "--sparse")).toMatchObject({
      exitCode: 0,
      stderr: "",
    });
    expect(await must("findmnt", "--noheadings", "--output", "FSTYPE", root)).toBe("xfs");
    expect(await pool("create", "--pool", root)).toMatchObject({
      exitCode: 2,
      stderr: `kura: ${root} holds a pool already\n`,
    });
    expect(await pool("destroy", "--pool", root)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/say --yes to do it\n$/),
    });
    expect(await pool("destroy", "--pool", root, "--yes")).toMatchObject({
      exitCode: 0,
      stdout: `removed the pool ${root}\n`,
    });
    expect((await readdir(sandbox.folder)).filter((name) => name.startsWith("made"))).toEqual([]);
    expect(await loopsOf(sandbox.folder)).toEqual([]);
  });

  test("never makes one over anything", async () => {
    await using sandbox = await makeSandbox({ plain: true });
    const root = sandbox.path("full");
    await mkdir(root);
    await writeFile(join(root, "somebody's"), "");
    const refused = { exitCode: 2, stderr: `kura: ${root} is not empty (somebody's), so no pool is made there\n` };
    expect(await pool("create", "--pool", root)).toMatchObject(refused);
    expect(await pool("create", "--pool", root, "--image", "320Mi")).toMatchObject(refused);
  });

  test.each([
    [["create", "--image", "lots"], /^kura: --image lots is not a size such as 20Gi or 500M\n$/],
    [["create", "--image", "1Ki"], /^kura: --image 1Ki is below 300Mi, the least that XFS takes\n$/],
    [["create", "--sparse"], /^kura: --sparse goes with --image\n$/],
    [["status"], /^kura: .* is not a pool \(.*\); make one with: kura pool create --pool .*\n$/],
    [["statsu"], /^kura: unknown command 'statsu'\n$/],
  ] as const)("%j is a mistake that is told in a line", async (words, said) => {
    await using sandbox = await makeSandbox({ plain: true });
    const [name, ...flags] = words;
    const result = await pool(name, ...(name === "statsu" ? [] : ["--pool", sandbox.path("none")]), ...flags);
    expect(result).toMatchObject({ exitCode: 2, stdout: "", stderr: expect.stringMatching(said) });
    expect((await readdir(sandbox.folder)).filter((made) => made.startsWith("none"))).toEqual([]);
  });

  test("that has no room for its image leaves nothing of it", async () => {
    await using sandbox = await makeSandbox({ on: "ext4", poolBytes: 256 * MiB });
    const root = join(sandbox.pool, "too-large");
    expect(await pool("create", "--pool", root, "--image", "512Mi")).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: `kura: the pool has no space for ${512 * MiB} bytes in full\n`,
    });
    expect((await readdir(sandbox.pool)).filter((made) => made.startsWith("too-large"))).toEqual([]);
  });
});

describe("a pool that a driver holds", () => {
  test("is asked of the driver: status, check and gc say the same with it as without", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    const withPool = (name: string, ...flags: readonly string[]) => pool(name, "--pool", sandbox.pool, ...flags);
    const status = async () => JSON.parse((await withPool("status", "--json")).stdout) as Record<string, number>;
    {
      await using driver = await startTestDriver(sandbox);
      const co = new Co(sandbox, driver);
      const volume = await co.create("one", { use: "block", bytes: 8 * MiB });
      await co.snapshot("one", volume);
      expect(await status()).toMatchObject({ volumes: 1, snapshots: 1, groups: 0, unreadable: 0, thinBytes: 16 * MiB });
      const shown = await withPool("status");
      expect(shown.stdout).toMatch(/volumes 1, snapshots 1, groups 0, unreadable records 0/);
      expect(await withPool("check")).toMatchObject({ exitCode: 0, stdout: "nothing is wrong\n" });
      expect(await withPool("gc")).toMatchObject({ exitCode: 0, stdout: "nothing to clear away\n" });
      expect(await withPool("destroy", "--yes")).toMatchObject({
        exitCode: 2,
        stderr: `kura: the pool ${sandbox.pool} is held by process ${driver.process.pid}, which serves ${driver.endpoint}\n`,
      });
      await driver.stop();
    }
    expect(await status()).toMatchObject({ volumes: 1, snapshots: 1, thinBytes: 16 * MiB });
  });

  test("is rid of a device that shows nobody's file while the driver serves, and the driver counts it until then", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    const port = await freePort();
    await using _ = await startTestDriver(sandbox, { flags: ["--http", `127.0.0.1:${port}`] });
    const orphans = async () => (await metricsOf(port)).get("kura_orphans");
    const unfinished = join(sandbox.pool, "volumes", ".new-00000000-00000000000000000000-000000");
    await mkdir(unfinished);
    await writeFile(join(unfinished, "data"), Buffer.alloc(MiB));
    expect(await orphans()).toBe(0);
    await must("losetup", "--find", join(unfinished, "data"));
    expect(await orphans()).toBe(1);
    expect((await pool("gc", "--pool", sandbox.pool, "--delete")).stdout).toMatch(/2 cleared away\n$/);
    expect(await orphans()).toBe(0);
  });

  test("is not destroyed while a volume of it is attached, though its driver has gone", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    await using driver = await startTestDriver(sandbox);
    const volume = await new Co(sandbox, driver).start("used", { use: "ext4", bytes: 32 * MiB });
    await driver.stop();
    const { exitCode, stderr } = await pool("destroy", "--pool", sandbox.pool, "--yes");
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`^kura: volume ${volume.id} is in use at /dev/loop\\d+; unpublish`)),
    ]);
  });
});

describe("what a crash left", () => {
  test("is found by check and gc, told with a remedy, and goes when gc is told --delete", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    const withPool = (name: string, ...flags: readonly string[]) => pool(name, "--pool", sandbox.pool, ...flags);
    const unfinished = join(sandbox.pool, "volumes", ".new-00000000-00000000000000000000-000000");
    await mkdir(unfinished);
    await writeFile(join(unfinished, "data"), Buffer.alloc(MiB));
    const loop = await must("losetup", "--find", "--show", join(unfinished, "data"));
    const check = await withPool("check");
    expect(check).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/kura pool gc --delete clears it away/) });
    const dry = await withPool("gc");
    expect(dry.stdout).toContain(unfinished);
    expect(dry.stdout).toContain(loop);
    expect(await readdir(join(sandbox.pool, "volumes"))).toHaveLength(1);
    expect((await withPool("gc", "--delete")).stdout).toMatch(/2 cleared away\n$/);
    expect(await readdir(join(sandbox.pool, "volumes"))).toEqual([]);
    expect(await loopsOf(sandbox.pool)).toEqual([]);
    expect(await withPool("check")).toMatchObject({ exitCode: 0 });
  });

  test("and what nobody made is named and left alone", async () => {
    await using sandbox = await makeSandbox({ poolBytes: 2 ** 30 });
    await mkdir(join(sandbox.pool, "volumes", "somebody's"));
    const { exitCode, stdout } = await pool("check", "--pool", sandbox.pool);
    expect([exitCode, stdout]).toEqual([
      1,
      expect.stringMatching(/somebody's is nothing that kura made\n {2}→ move it out of the pool\n1 found\n$/),
    ]);
    await pool("gc", "--pool", sandbox.pool, "--delete");
    expect(await readdir(join(sandbox.pool, "volumes"))).toEqual(["somebody's"]);
  });
});
