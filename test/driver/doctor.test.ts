/** Each thing that `kura doctor` looks at, broken on purpose: it must say the cause and what to do. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checks } from "../../src/cli/doctor/checks.ts";
import { Co } from "../support/co.ts";
import { command, must } from "../support/command.ts";
import { mainFile, startTestDriver } from "../support/driver.ts";
import { makeSandbox, type Sandbox } from "../support/sandbox.ts";

interface Result {
  readonly name: string;
  readonly diagnosis?: { readonly cause: string; readonly remedy: string; readonly mild?: true };
}

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await makeSandbox({ poolBytes: 320 * 2 ** 20 });
});
afterAll(() => sandbox[Symbol.asyncDispose]());

/** In a mount namespace of its own, in which `breaking` is a line of shell that breaks something. */
async function examine(
  breaking: string,
  ...flags: readonly string[]
): Promise<{ exitCode: number; results: readonly Result[] }> {
  const alone = ["unshare", "--mount", "--propagation", "private", "sh", "-e", "-c", `${breaking}\nexec "$@"`, "sh"];
  const { exitCode, stdout, stderr } = await command([
    ...alone,
    process.execPath,
    mainFile,
    "doctor",
    "--json",
    ...flags,
  ]);
  if (stdout === "") throw new Error(stderr);
  return { exitCode, results: JSON.parse(stdout) as Result[] };
}

const found = ({ results }: { results: readonly Result[] }, name: string) =>
  results.find((result) => result.name === name)?.diagnosis;

test("a machine on which all is well passes, and every check is broken below", async () => {
  const kubelet = sandbox.path("shared");
  await mkdir(kubelet);
  const share = `mount --bind ${kubelet} ${kubelet}; mount --make-shared ${kubelet}`;
  const { exitCode, results } = await examine(share, "--pool", sandbox.pool, "--kubelet-dir", kubelet);
  expect(results.flatMap(({ name, diagnosis }) => (diagnosis === undefined ? [] : [{ name, diagnosis }]))).toEqual([]);
  expect(exitCode).toBe(0);
  expect(checks.map(({ name }) => name)).toEqual([...machine.map(([name]) => name), ...inPool, "propagation"]);
});

const hideBtrfs = "grep -v btrfs /proc/filesystems > $T/fs; mount --bind $T/fs /proc/filesystems";
/** As in a container, which has no kernel's modules. */
const hideModules = "if test -d /lib/modules; then mount -t tmpfs bare /lib/modules; fi";
const machine = [
  ["root", 'set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@"', 1, /runs as user 65534/, /run it as root/],
  ["tools", "mount --bind /dev/null /usr/sbin/mkfs.xfs", 1, /mkfs\.xfs cannot be run/, /apt-get install xfsprogs/],
  ["filesystems", `${hideBtrfs}; ${hideModules}`, 0, /^btrfs: not loaded.*cannot be seen/, /another filesystem/],
  ["loop", "mount -t tmpfs bare /dev; mknod /dev/null c 1 3", 1, /losetup|loop/, /modprobe loop/],
  [
    "throttle",
    "umount --recursive --lazy /sys/fs/cgroup",
    0,
    /no cgroup v1 blkio tree/,
    /mount cgroup2 with the io controller/,
  ],
] as const;
const inPool = ["pool", "records", "reflink", "space"];

describe("the doctor finds the cause and the remedy", () => {
  test.each(machine)("%s", async (name, breaking, exitCode, cause, remedy) => {
    await mkdir(sandbox.path("doctor"), { recursive: true });
    const examined = await examine(`T=${sandbox.path("doctor")}; ${breaking}`);
    const diagnosis = found(examined, name);
    expect(diagnosis).toMatchObject({ cause: expect.stringMatching(cause), remedy: expect.stringMatching(remedy) });
    expect(diagnosis?.mild === true, "a warning or a failure").toBe(exitCode === 0);
    if (exitCode === 1) expect(examined.exitCode).toBe(1);
  });

  test("pool: nothing there, or its image is not mounted", async () => {
    const none = sandbox.path("none");
    expect(found(await examine("", "--pool", none), "pool")).toMatchObject({
      cause: expect.stringMatching(/none is not a pool/),
      remedy: `kura pool create --pool ${none} --image 20Gi`,
    });
    expect(found(await examine(`umount ${sandbox.pool}`, "--pool", sandbox.pool), "pool")).toMatchObject({
      cause: `${sandbox.pool}.img is there and not mounted on ${sandbox.pool}`,
      remedy: "start the driver, which mounts it",
    });
  });

  test("records: one that cannot be read", async () => {
    {
      await using driver = await startTestDriver(sandbox);
      await new Co(sandbox, driver).create("rotten", { use: "block", bytes: 512 });
      await driver.stop();
    }
    const [id = ""] = await readdir(join(sandbox.pool, "volumes"));
    for (const copy of ["volume.json", "volume.json.copy"])
      await writeFile(join(sandbox.pool, "volumes", id, copy), "rotten");
    const examined = await examine("", "--pool", sandbox.pool);
    expect(found(examined, "records")).toMatchObject({
      cause: expect.stringMatching(new RegExp(`^unreadable: ${id} `)),
      remedy: expect.stringMatching(/restore the record from a backup/),
    });
    expect(examined.exitCode).toBe(1);
    await must("rm", "-r", join(sandbox.pool, "volumes", id));
  });

  test("reflink: a pool whose files cannot share blocks", async () => {
    const image = sandbox.path("ext4.img");
    const root = sandbox.path("ext4");
    await mkdir(root);
    await must("truncate", "--size=64M", image);
    await must("mkfs.ext4", "-q", image);
    const breaking = `mount -o loop ${image} ${root}; ${process.execPath} ${mainFile} pool create --pool ${root} > /dev/null`;
    expect(found(await examine(breaking, "--pool", root), "reflink")).toMatchObject({
      cause: `the filesystem of ${root} cannot share blocks`,
      remedy: expect.stringMatching(/kura pool create --image 20Gi/),
      mild: true,
    });
  });

  test("space: less than the reserve", async () => {
    const flood = join(sandbox.pool, "trash", "flood");
    const { stdout } = await command(["stat", "--file-system", "--format=%a %S", sandbox.pool]);
    const [blocks = 0, size = 0] = stdout.trim().split(" ").map(Number);
    await must("fallocate", "--length", String(blocks * size - 8 * 2 ** 20), flood);
    const examined = await examine("", "--pool", sandbox.pool);
    expect(found(examined, "space")).toMatchObject({
      cause: expect.stringMatching(/^\d+ of \d+ bytes are free$/),
      remedy: expect.stringMatching(/delete volumes or snapshots/),
    });
    expect(examined.exitCode).toBe(1);
    await must("rm", flood);
  });

  test("propagation: kubelet's directory is missing, or hands nothing on", async () => {
    expect(found(await examine("", "--kubelet-dir", sandbox.path("nowhere")), "propagation")).toMatchObject({
      cause: `${sandbox.path("nowhere")} does not exist`,
      remedy: expect.stringMatching(/--kubelet-dir/),
    });
    expect(found(await examine("", "--kubelet-dir", sandbox.path("kubelet")), "propagation")).toMatchObject({
      cause: expect.stringMatching(/is private: what is mounted here is not seen outside/),
      remedy: expect.stringMatching(/Bidirectional/),
    });
  });
});

test("what it is not told of it says it did not look at", async () => {
  const { exitCode, stdout } = await command([process.execPath, mainFile, "doctor"]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^-- {4}pool {9}not looked at: --pool is not said$/m);
  expect(stdout).toMatch(/^ok {4}root {9}kura runs as root$/m);
});
