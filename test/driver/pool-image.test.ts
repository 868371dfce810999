import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { linuxHost } from "../../src/host/linux-host.ts";
import { commandRunner } from "../../src/host/run.ts";
import { Throttle } from "../../src/host/throttle.ts";
import { layoutOf } from "../../src/pool/layout.ts";
import { openPool, readPoolId } from "../../src/pool/pool.ts";
import { Co } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { eventually } from "../support/eventually.ts";
import { kura } from "../support/kura.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let root: string;

beforeEach(async () => {
  sandbox = await makeSandbox();
  root = sandbox.path("fresh");
});
afterEach(() => sandbox[Symbol.asyncDispose]());

const start = (pool = root): Promise<TestDriver> =>
  startTestDriver(sandbox, { flags: ["--pool", pool, "--pool-image", "1Gi"] });

const isMounted = async (): Promise<boolean> => (await mountsOf(sandbox)).includes(root);
const startHolding = (file: string) => spawn("flock", ["--no-fork", file, "sleep", "infinity"], { stdio: "ignore" });
const isHeld = async (file: string): Promise<boolean> =>
  (await command(["flock", "--nonblock", file, "true"])).exitCode !== 0;
const devices = async (): Promise<readonly string[]> =>
  (await loopsOf(sandbox.folder)).filter((line) => line.endsWith("fresh.img"));

describe("a driver that is told a size for its pool's image", () => {
  test("finds it again where the path leads over a symbolic link", async () => {
    await symlink(sandbox.folder, sandbox.path("link"));
    const linked = sandbox.path("link", "fresh");
    {
      await using killed = await start(linked);
      await killed.kill();
    }
    await using again = await start(linked);
    await again.stop();
    expect(await isMounted()).toBe(false);
    expect(await devices()).toEqual([]);
  });

  test("makes it where files cannot share blocks, and takes the mount away when it ends", async () => {
    const driver = await start();
    expect(await isMounted()).toBe(true);
    expect((await stat(`${root}.img`)).size).toBe(1024 * MiB);
    const config = await readFile(join(root, "pool.json"), "utf8");
    await driver.stop();
    expect(await isMounted()).toBe(false);
    expect(await devices()).toEqual([]);

    await using again = await start();
    expect(await readFile(join(root, "pool.json"), "utf8"), "it is the same pool").toBe(config);
    await again.stop();
  });

  test("leaves it mounted while a volume is attached, for the next driver", async () => {
    const driver = await start();
    const co = new Co(sandbox, driver);
    const volume = await co.create("used", { use: "xfs", bytes: 320 * MiB });
    await co.stage(volume);
    await co.publish(volume);
    await writeFile(join(volume.target, "data"), "kept");
    await driver.stop();
    expect(await isMounted()).toBe(true);
    expect(await readFile(join(volume.target, "data"), "utf8")).toBe("kept");

    await using next = await start();
    const nextCo = new Co(sandbox, next);
    await nextCo.unpublish(volume);
    await nextCo.unstage(volume);
    await next.stop();
    expect(await isMounted()).toBe(false);
    expect(await devices()).toEqual([]);
  });

  test("makes none where files can share blocks", async () => {
    const inside = join(sandbox.pool, "inside");
    await using driver = await start(inside);
    await driver.stop();
    await expect(stat(`${inside}.img`)).rejects.toThrow("ENOENT");
    await expect(stat(join(inside, "pool.json"))).resolves.toBeDefined();
  });

  const interrupted: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["half an image", () => writeFile(`${root}.img.new`, "half")],
    ["a directory that was probed", () => mkdir(root).then(() => writeFile(join(root, ".can-clone"), "kura"))],
    ["folders without the pool's record", () => mkdir(join(root, "volumes"), { recursive: true })],
    [
      "a record that had no name yet",
      async () => {
        await mkdir(root);
        for (const name of ["pool.json.new", "pool.json.copy.new"]) await writeFile(join(root, name), "{");
      },
    ],
    [
      "an image without a pool in it",
      () => must("truncate", "--size", "512M", `${root}.img`).then(() => must("mkfs.xfs", "-q", `${root}.img`)),
    ],
  ];
  test.each(interrupted)("goes on from %s, as a crash leaves it", async (_, leave) => {
    await leave();
    await using driver = await start();
    expect(await isMounted()).toBe(true);
    await driver.stop();
  });

  test("refuses one in which XFS has no room, and makes nothing", async () => {
    const flags = ["--endpoint", `unix://${sandbox.path("csi.sock")}`, "--pool", root, "--pool-image", "299Mi"];
    expect(await kura(["driver", ...flags])).toMatchObject({
      exitCode: 2,
      stdout: "",
      stderr: "kura: --pool-image 299Mi is below 300Mi, the least that XFS takes\n",
    });
    expect((await readdir(sandbox.folder)).filter((name) => name.startsWith("fresh"))).toEqual([]);
  });

  test("makes neither a pool nor an image where another process is about to make one", async () => {
    await mkdir(root);
    const holder = startHolding(join(root, "lock"));
    const gone = once(holder, "exit");
    try {
      await eventually(async () => expect(await isHeld(join(root, "lock"))).toBe(true));
      await expect(start()).rejects.toThrow("ended at once");
      expect(await readFile(sandbox.path("driver.log"), "utf8")).toContain(
        `the pool ${root} is held by another process`,
      );
      expect(await kura(["pool", "create", "--pool", root, "--image", "320Mi"])).toMatchObject({
        exitCode: 2,
        stderr: `kura: the pool ${root} is held by another process\n`,
      });
      expect(await readdir(root)).toEqual(["lock"]);
      expect(await devices()).toEqual([]);
    } finally {
      holder.kill();
      await gone;
    }
    await using driver = await start();
    await driver.stop();
  });

  test.each([undefined, 320 * MiB])(
    "and others that start at once make one pool, and one of them serves it (image: %s)",
    async (imageBytes) => {
      const host = linuxHost({ run: commandRunner(), throttle: new Throttle(undefined), maxFreezeMs: 5000 });
      const self = { pid: process.pid, endpoint: "unix:///none" };
      const first = () => openPool({ root, self, host, imageBytes, ratio: 200, createWhereEmpty: true, mend: true });
      const starts = await Promise.allSettled([first(), first(), first(), first()]);
      const opened = starts.flatMap((start) => (start.status === "fulfilled" ? start.value : []));
      expect(opened.map(({ id }) => id)).toEqual([await readPoolId(layoutOf(root))]);
      for (const pool of opened) await pool.loaded.then(pool.close);
    },
  );

  test("makes nothing over files of others, whatever they are called", async () => {
    await mkdir(root);
    await writeFile(join(root, "lock"), "mine");
    await expect(start()).rejects.toThrow("ended at once");
    expect(await readFile(join(root, "lock"), "utf8")).toBe("mine");
  });

  test("makes nothing over files of others", async () => {
    await mkdir(root);
    await writeFile(join(root, "thesis.txt"), "mine");
    await expect(start()).rejects.toThrow("ended at once");
    expect(await readFile(join(root, "thesis.txt"), "utf8")).toBe("mine");
    expect(await readFile(sandbox.path("driver.log"), "utf8")).toContain(`${root} is not a pool`);
  });
});
