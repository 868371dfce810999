import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = "/sys/fs/cgroup";

/**
 * Nodes share the machine's cgroups, so each kubelet is given a group of its own to be the root of its pods: in every
 * hierarchy of v1, or in the one of v2.
 */
export async function makeCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const group = join(hierarchy, name);
    await mkdir(group, { recursive: true });
    // a group of cpuset takes no process before it knows its processors
    for (const file of ["cpuset.cpus", "cpuset.mems"].filter(() => hierarchy.endsWith("/cpuset")))
      await writeFile(join(group, file), await readFile(join(hierarchy, file)));
  }
}

/** Groups go from the leaves up; what has no process is removed. */
export async function removeCgroups(prefix: string): Promise<void> {
  for (const group of await cgroupsOf(prefix)) await removeTree(group);
}

export async function cgroupsOf(prefix: string): Promise<readonly string[]> {
  const groups = (await hierarchies()).map(async (hierarchy) =>
    (await readdir(hierarchy)).filter((name) => name.startsWith(prefix)).map((name) => join(hierarchy, name)),
  );
  return (await Promise.all(groups)).flat();
}

async function removeTree(group: string): Promise<void> {
  const children = await readdir(group, { withFileTypes: true }).catch(() => []);
  for (const child of children) if (child.isDirectory()) await removeTree(join(group, child.name));
  await rmdir(group).catch(() => {});
}

async function hierarchies(): Promise<readonly string[]> {
  const names = await readdir(root);
  if (names.includes("cgroup.controllers")) return [root];
  return names.map((name) => join(root, name));
}
