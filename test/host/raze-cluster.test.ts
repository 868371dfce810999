import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readFile, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { cgroupsOf, makeCgroups } from "../cluster/machine/cgroups.ts";
import { abandonedPlaces, makePlace, type Place } from "../cluster/machine/place.ts";
import { raze } from "../cluster/machine/raze.ts";
import { processesNow } from "../support/processes.ts";

const said: string[] = [];
const razed = (place: Place) => raze(place, (line) => said.push(line));
afterEach(() => said.splice(0));

/** In mounts of its own, as a node has them: a pool in an image, and a volume in the pool. Tells their devices. */
const node = `set -e
  mount --bind "$0" /mnt; cd /mnt; truncate --size 400M pool.img; mkfs.xfs -q pool.img; mkdir pool
  outer=$(losetup --find --show pool.img); mount "$outer" pool
  truncate --size 16M pool/data; inner=$(losetup --find --show pool/data)
  echo "$outer $inner"; exec sleep infinity`;

async function startNode({ folder }: Place): Promise<readonly string[]> {
  const argv = ["--pid", "--fork", "--kill-child", "--mount", "sh", "-c", node, `${folder}/`];
  const { stdout } = spawn("unshare", argv, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(stdout), "line")) as string[];
  return (line ?? "").split(" ");
}

/** The kernel's numbers of the devices' contents: another one as soon as a file is detached. */
const sequencesOf = (devices: readonly string[]): Promise<readonly string[]> =>
  Promise.all(devices.map((device) => readFile(`/sys/block/${basename(device)}/diskseq`, "utf8")));

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

describe("razing a cluster", () => {
  test("ends its processes and detaches its pool's devices, whose mounts nobody here sees", async () => {
    const place = await makePlace();
    const devices = await startNode(place);
    const attached = await sequencesOf(devices);
    const link = join("/dev", `of-${place.name}`);
    await symlink(devices[1] ?? "", link);
    await makeCgroups(`${place.name}-node-a`);

    expect(await razed(place)).toEqual([]);
    expect(said).toEqual([`nothing is left of ${place.name}`]);
    for (const [index, sequence] of (await sequencesOf(devices)).entries())
      expect(sequence, devices[index]).not.toBe(attached[index]);
    expect((await processesNow()).filter(({ command }) => command.includes(place.folder))).toEqual([]);
    expect(await cgroupsOf(place.name)).toEqual([]);
    expect([await isThere(link), await isThere(place.folder)]).toEqual([false, false]);
  });

  test("tells what stays, and keeps the folder: by it the next run finds it", async () => {
    const place = await makePlace();
    await makeCgroups(`${place.name}-node-a`);
    const [group = ""] = await cgroupsOf(place.name);
    const holder = spawn("sleep", ["infinity"]);
    await writeFile(join(group, "cgroup.procs"), String(holder.pid));

    expect(await razed(place)).toEqual([`cluster: left behind: ${group}`]);
    expect(said).toEqual([`left behind:\n${group}`]);

    holder.kill();
    await once(holder, "exit");
    const again = (await abandonedPlaces()).find(({ folder }) => folder === place.folder);
    expect(again && (await razed(again))).toEqual([]);
    expect(await isThere(place.folder)).toBe(false);
  });
});
