import { constants } from "node:fs";
import { open, readFile, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LinuxHost } from "../../src/host/linux-host.ts";
import { isBuffered, isHeld } from "../../src/host/loop.ts";
import { command, must } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { deviceOf, loopOf, makeBed, mountFresh, perform, realHost } from "../support/host.ts";
import { mountElsewhere } from "../support/other-namespace.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

const MiB = 2 ** 20;
let sandbox: Sandbox;
let host: LinuxHost;

beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 2 * 2 ** 30 });
  host = await realHost();
});
afterAll(() => sandbox[Symbol.asyncDispose]());

const bed = (name: string, sizeBytes = 16 * MiB) => makeBed(host, sandbox, name, { sizeBytes });

describe("a loop device", () => {
  test("is found by the file it shows, whatever the file is called by now", async () => {
    const { image } = await bed("renamed");
    const loop = await host.loops.attach(image, false);
    await rename(image.file, `${image.file}.moved`);
    await writeFile(image.file, "another file under the old name");
    expect(await host.loops.showing(`${image.file}.moved`)).toEqual([loop]);
    expect(await host.loops.showing(image.file)).toEqual([]);
  });

  test("is found by a process that has never seen it", async () => {
    const { image } = await bed("seen");
    const loop = await host.loops.attach(image, false);
    expect(await (await realHost()).loops.showing(image.file)).toEqual([loop]);
  });

  test("works with direct I/O, so that nothing is cached twice", async () => {
    const { image } = await bed("direct");
    const loop = await host.loops.attach(image, false);
    expect(await sysfs(loop.path, "loop/dio")).toBe("1");
    expect(await isBuffered(loop)).toBe(false);
    await must("losetup", "--direct-io=off", loop.path);
    expect(await isBuffered(loop)).toBe(true);
  });

  test.each([512, 4096])("has the sectors it was recorded with: %i", async (sectorBytes) => {
    const { image } = await bed(`sectors-${sectorBytes}`);
    const { path } = await host.loops.attach({ ...image, sectorBytes }, false);
    expect(await sysfs(path, "queue/logical_block_size")).toBe(String(sectorBytes));
  });

  test("is told when its file has grown", async () => {
    const { image } = await bed("grown");
    const { path } = await host.loops.attach(image, false);
    await perform(host, [
      { do: "resize-image", path: image.file, sizeBytes: 32 * MiB },
      { do: "refresh-size", source: image },
    ]);
    expect(await must("blockdev", "--getsize64", path)).toBe(String(32 * MiB));
  });

  test("is another one for each of those who attach at a time", async () => {
    const beds = await Promise.all(Array.from({ length: 8 }, (_, index) => bed(`crowd-${index}`)));
    const loops = await Promise.all(beds.map(({ image }) => host.loops.attach(image, false)));
    expect(new Set(loops.map(({ path }) => path)).size).toBe(8);
    for (const [index, { image }] of beds.entries())
      expect(await host.loops.showing(image.file)).toEqual([loops[index]]);
    for (const { image } of beds) await host.loops.detach(image.file);
  });

  test("gets its node in a /dev that has none, as in the nodes of kind", async () => {
    const { image } = await bed("bare");
    const program = fileURLToPath(new URL("attach-in-bare-dev.ts", import.meta.url));
    const alone = ["unshare", "--mount", "--propagation", "private", "sh", "-e", "-c", bareDev, "sh"];
    const { stdout, stderr } = await command([...alone, process.execPath, program, image.file]);
    const attached = await host.loops.showing(image.file);
    // what was attached in another mount namespace shows a path that only that one knew
    await host.loops.detach(image.file);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^0 nodes of loop devices, then \/dev\/loop\d+\n$/);
    expect(attached.map(({ path }) => path)).toEqual([stdout.trim().split(" ").at(-1)]);
  });
});

describe("detaching", () => {
  test("is done when the kernel says so, and says so when it is not: somebody has the device open", async () => {
    const { image } = await bed("open");
    const { path } = await host.loops.attach(image, false);
    const user = await open(path, "r");
    await expect(host.loops.detach(image.file)).rejects.toThrow(/still in use and goes once it is closed/);
    await user.close();
    await host.loops.detach(image.file);
    expect(await host.loops.showing(image.file)).toEqual([]);
  });

  test("that must wait is told of each time, and not where something is mounted from the device", async () => {
    const mounted = await bed("autoclear", 64 * MiB);
    const { image, mountPoint } = mounted;
    const { path } = await mountFresh(host, mounted, "ext4");
    const isDetaching = async () =>
      (await host.observe(image, {}, AbortSignal.timeout(10_000))).volume.device?.detaching;
    expect(await isDetaching()).toBe(false);
    await must("losetup", "--detach", path); // as somebody else may do
    expect(await sysfs(path, "loop/autoclear")).toBe("1");
    expect(await isDetaching()).toBe(false);
    const user = await open(path, "r");
    await perform(host, [{ do: "unmount", path: mountPoint }]);
    expect(await isDetaching()).toBe(true);
    await user.close();
    await eventually(async () => expect(await isDetaching()).toBeUndefined());
  });

  test("of what is not attached succeeds", async () => {
    const { image } = await bed("never-attached");
    await host.loops.detach(image.file);
  });

  test("of the readers leaves the writer's device", async () => {
    const { image } = await bed("both");
    const writer = await host.loops.attach(image, false);
    await host.loops.attach(image, true);
    await perform(host, [{ do: "detach-read-only", source: image }]);
    expect(await host.loops.showing(image.file)).toEqual([writer]);
  });
});

describe("what is mounted in a mount namespace that we do not see", () => {
  test("is seen as held, and neither detached, formatted, checked nor grown", async () => {
    const elsewhere = await bed("elsewhere", 64 * MiB);
    const { image } = elsewhere;
    const { path } = await mountFresh(host, elsewhere, "ext4");
    await perform(host, [{ do: "unmount", path: elsewhere.mountPoint }]);
    {
      await using _ = await mountElsewhere(path, elsewhere.mountPoint);
      const { volume } = await host.observe(image, {}, AbortSignal.timeout(10_000));
      expect(volume.shownAt).toEqual([]);
      expect(await host.isHeldElsewhere(image, AbortSignal.timeout(10_000))).toBe(true);
      expect(await isHeld(path)).toBe(true);
      const device = deviceOf(elsewhere);
      const attempts = [
        { do: "detach", image },
        { do: "format", device, fsType: "ext4", options: [], discard: false },
        { do: "check", device, fsType: "ext4" },
        { do: "grow-unmounted", device, fsType: "ext4" },
      ] as const;
      for (const step of attempts) await expect(perform(host, [step]), step.do).rejects.toThrow(/is in use, perhaps/);
    }
    await perform(host, [{ do: "detach", image }]);
    expect(await host.loops.showing(image.file)).toEqual([]);
  });
});

test("what only a subPath of a pod still shows is held as well", async () => {
  const shown = await bed("subpath", 64 * MiB);
  const { image, mountPoint } = shown;
  await mountFresh(host, shown, "ext4");
  expect(await host.isHeldElsewhere(image, AbortSignal.timeout(10_000)), "where the volume itself shows it").toBe(
    false,
  );
  const [part, subPath] = [`${mountPoint}/part`, sandbox.path("subpath-of-a-pod")];
  await must("mkdir", part, subPath);
  await must("mount", "--bind", part, subPath);
  await perform(host, [{ do: "unmount", path: mountPoint }]);
  expect((await host.observe(image, {}, AbortSignal.timeout(10_000))).volume.shownAt).toEqual([]);
  expect(await host.isHeldElsewhere(image, AbortSignal.timeout(10_000))).toBe(true);
  await must("umount", subPath);
  expect(await host.isHeldElsewhere(image, AbortSignal.timeout(10_000))).toBe(false);
  await perform(host, [{ do: "detach", image }]);
});

test("looking at a volume is not in the way of mkfs and mount, which open its device alone", async () => {
  const { image } = await bed("looked-at");
  await host.loops.attach(image, false);
  const { path } = await loopOf(host, image);
  let isLooking = true;
  const look = async () => {
    while (isLooking) await host.observe(image, {}, AbortSignal.timeout(10_000));
  };
  const looks = [look(), look()];
  try {
    for (let round = 0; round < 500; round += 1) await (await open(path, constants.O_RDWR | constants.O_EXCL)).close();
  } finally {
    isLooking = false;
    await Promise.all(looks);
  }
});

describe("a read-only loop device", () => {
  test("cannot be written, not even by root who asks the kernel for it", async () => {
    const { image } = await bed("read-only");
    await perform(host, [{ do: "attach", source: image, readOnly: true }]);
    const { path } = await loopOf(host, image);
    await command(["blockdev", "--setrw", path]);
    const { exitCode } = await command(["dd", "if=/dev/urandom", `of=${path}`, "bs=4096", "count=1", "oflag=direct"]);
    expect(exitCode).not.toBe(0);
    expect((await readFile(image.file)).every((byte) => byte === 0)).toBe(true);
  });
});

/** A /dev as a container has it: what every program needs, and no loop devices. */
const bareDev = `
mount -t tmpfs -o mode=0755 bare /dev
mknod /dev/null c 1 3
mknod /dev/loop-control c 10 237
exec "$@"`;

const sysfs = async (device: string, file: string): Promise<string> =>
  (await readFile(`/sys/block/${device.replace("/dev/", "")}/${file}`, "utf8")).trim();
