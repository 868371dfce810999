import { statfsSync } from "node:fs";
import { access, constants, readFile, stat, writeFile } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import { ifThere } from "../../host/errno.ts";
import { removeTree } from "../../host/files.ts";
import { canClone } from "../../host/image.ts";
import { Loops } from "../../host/loop.ts";
import { readMounts } from "../../host/mounts.ts";
import { commandRunner, packageOf, searchPath } from "../../host/run.ts";
import { findThrottleTree } from "../../host/throttle.ts";
import { fsTypes } from "../../node/volume.ts";
import { layoutOf } from "../../pool/layout.ts";
import { hasPoolImage } from "../../pool/pool-image.ts";
import { readRecord } from "../../pool/record.ts";
import { parseVolumeRecord } from "../../pool/records.ts";
import { Store } from "../../pool/store.ts";
import type { Check, Diagnosis, Patient } from "./check.ts";

/** In the order in which one would look. A pool that is not named is not looked at. */
export const checks: readonly Check[] = [
  { name: "root", claim: "kura runs as root", examine: examineRoot },
  { name: "tools", claim: "the tools for devices and filesystems are installed", examine: examineTools },
  { name: "filesystems", claim: "the kernel knows ext4, ext3, xfs and btrfs", examine: examineFilesystems },
  { name: "loop", claim: "loop devices can be made", examine: examineLoop },
  { name: "throttle", claim: "the kernel can limit the IOPS of a volume", examine: examineThrottle },
  { name: "pool", needs: "pool", claim: "the pool is there and mounted", examine: ofPool(examinePool) },
  { name: "records", needs: "pool", claim: "every record in the pool can be read", examine: ofPool(examineRecords) },
  {
    name: "reflink",
    needs: "pool",
    claim: "the pool can share blocks, for snapshots and clones",
    examine: ofPool(examineReflink),
  },
  { name: "space", needs: "pool", claim: "the pool has more free than its reserve", examine: ofPool(examineSpace) },
  {
    name: "propagation",
    needs: "kubeletDir",
    claim: "kubelet's directory hands mounts on to pods",
    examine: examinePropagation,
  },
];

async function examineRoot(): Promise<Diagnosis | undefined> {
  if (process.getuid?.() === 0) return undefined;
  return {
    cause: `it runs as user ${process.getuid?.()}, who may not mount`,
    remedy: "run it as root (sudo), or in a privileged container",
  };
}

async function examineTools(): Promise<Diagnosis | undefined> {
  const present = await Promise.all(
    Object.keys(packageOf).map(async (tool) => ((await isInstalled(tool)) ? [] : [tool])),
  );
  const missing = present.flat();
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((tool) => packageOf[tool]))];
  return { cause: `${missing.join(", ")} cannot be run`, remedy: `apt-get install ${packages.join(" ")}` };
}

export async function isInstalled(tool: string): Promise<boolean> {
  for (const directory of searchPath.split(":")) {
    const isThere = await access(join(directory, tool), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return true;
  }
  return false;
}

/**
 * A filesystem in a module that is not loaded yet is not listed, and is loaded by the first mount. modprobe knows whether
 * there is one, where it can see the kernel's modules; in a container it cannot.
 */
async function examineFilesystems(): Promise<Diagnosis | undefined> {
  const listed = (await readFile("/proc/filesystems", "utf8")).split("\n").map((line) => line.split("\t").at(-1));
  const unlisted = fsTypes.filter((fsType) => !listed.includes(fsType));
  const seesModules =
    (await isInstalled("modprobe")) && (await ifThere(stat(`/lib/modules/${release()}`))) !== undefined;
  const missing = seesModules ? await withoutModule(unlisted) : unlisted;
  if (missing.length === 0) return undefined;
  const [names, remedy] = [missing.join(", "), "use another filesystem (parameter fsType, --default-fs)"];
  return seesModules
    ? { cause: `the kernel has no ${names}`, remedy: `${remedy}, or a kernel that has it`, mild: true }
    : {
        cause: `${names}: not loaded, and whether the kernel has a module for it cannot be seen from here`,
        remedy: `mount one, which loads it; where that fails, ${remedy}`,
        mild: true,
      };
}

async function withoutModule(names: readonly string[]): Promise<readonly string[]> {
  const run = commandRunner();
  const missing: string[] = [];
  for (const name of names) await run(["modprobe", "--dry-run", name]).catch(() => missing.push(name));
  return missing;
}

async function examineLoop(): Promise<Diagnosis | undefined> {
  const file = `/tmp/kura-doctor-${process.pid}.img`;
  const loops = new Loops(commandRunner());
  try {
    await writeFile(file, Buffer.alloc(1 << 20));
    await loops.attach({ kind: "image", file, sectorBytes: 512, discard: true }, false);
    await loops.detach(file);
    return undefined;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return {
      cause,
      remedy:
        "load the loop module (modprobe loop), and give a container the host's /dev (--device-cgroup-rule, hostPath /dev)",
    };
  } finally {
    await removeTree(file);
  }
}

async function examineThrottle(): Promise<Diagnosis | undefined> {
  if ((await findThrottleTree()) !== undefined) return undefined;
  return {
    cause: "there is no cgroup v1 blkio tree, and cgroup v2 has no io controller",
    remedy: "mount cgroup2 with the io controller (systemd does); until then iops and throughput are not enforced",
    mild: true,
  };
}

function ofPool(examine: (root: string) => Promise<Diagnosis | undefined>) {
  return async ({ pool }: Patient): Promise<Diagnosis | undefined> => (pool === undefined ? undefined : examine(pool));
}

async function examinePool(root: string): Promise<Diagnosis | undefined> {
  const read = await readRecord(layoutOf(root).config, (body) => body);
  if (read.state === "readable") return undefined;
  const isUnmounted = (await hasPoolImage(root)) && !(await readMounts()).some(({ path }) => path === root);
  if (isUnmounted)
    return { cause: `${root}.img is there and not mounted on ${root}`, remedy: "start the driver, which mounts it" };
  return { cause: `${root} is not a pool: ${read.reason}`, remedy: `kura pool create --pool ${root} --image 20Gi` };
}

async function examineRecords(root: string): Promise<Diagnosis | undefined> {
  const layout = layoutOf(root);
  const recordOf = (id: string) => join(layout.volumes, id, "volume.json");
  const store = new Store({ folder: layout.volumes, recordOf, parse: parseVolumeRecord });
  await store.load();
  const unreadable = [...store.all()].flatMap((entry) =>
    entry.state === "unreadable" ? [`${entry.id} (${entry.reason})`] : [],
  );
  if (unreadable.length === 0) return undefined;
  return {
    cause: `unreadable: ${unreadable.join(", ")}`,
    remedy: "restore the record from a backup; the data beside it is untouched",
  };
}

async function examineReflink(root: string): Promise<Diagnosis | undefined> {
  const { trash } = layoutOf(root);
  if ((await ifThere(stat(trash))) === undefined || (await canClone(trash))) return undefined;
  return {
    cause: `the filesystem of ${root} cannot share blocks`,
    remedy: "make a pool in an XFS image, which can: kura pool create --image 20Gi --pool DIR",
    mild: true,
  };
}

async function examineSpace(root: string): Promise<Diagnosis | undefined> {
  if ((await ifThere(stat(root))) === undefined) return undefined;
  const { blocks, bavail, bsize } = statfsSync(root);
  if (bavail >= blocks * 0.05) return undefined;
  return {
    cause: `${bavail * bsize} of ${blocks * bsize} bytes are free`,
    remedy: "delete volumes or snapshots, or make the pool larger; writes fail when it is full",
  };
}

async function examinePropagation({ kubeletDir }: Patient): Promise<Diagnosis | undefined> {
  if (kubeletDir === undefined) return undefined;
  if ((await ifThere(stat(kubeletDir))) === undefined)
    return { cause: `${kubeletDir} does not exist`, remedy: "say kubelet's --root-dir with --kubelet-dir" };
  const lines = (await readFile("/proc/self/mountinfo", "utf8")).split("\n");
  const covering = lines
    .filter((line) => `${kubeletDir}/`.startsWith(`${line.split(" ")[4]}/`.replace("//", "/")))
    .sort((a, b) => (a.split(" ")[4]?.length ?? 0) - (b.split(" ")[4]?.length ?? 0))
    .at(-1);
  if (covering?.includes(" shared:")) return undefined;
  return {
    cause: `the mount that holds ${kubeletDir} is private: what is mounted here is not seen outside`,
    remedy: "mount it with Bidirectional propagation (mountPropagation in the pod), or: mount --make-rshared /",
  };
}
