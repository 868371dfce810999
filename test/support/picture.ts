import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { askDriver } from "../../src/grpc/maintenance.ts";
import { findThrottleTree } from "../../src/host/throttle.ts";
import type { PoolStatus } from "../../src/pool/status.ts";
import { limitsOnMachine } from "./limits.ts";
import { loopsOf, mountsOf, type Sandbox } from "./sandbox.ts";

/**
 * All that a driver keeps: what lies in its pool, what is attached, mounted, frozen, limited and promised. Two pictures
 * are equal where the same was reached, on whatever way: what differs by chance (ids, times) is left out.
 */
export async function pictureOf(sandbox: Sandbox, endpoint: string): Promise<object> {
  const { volumes, snapshots, groups, unreadable, thinBytes, thickBytes } = (await askDriver(
    endpoint,
    "status",
  )) as PoolStatus;
  return {
    counted: { volumes, snapshots, groups, unreadable },
    promised: { thinBytes, thickBytes },
    ...alike(
      {
        files: await filesIn(sandbox.pool),
        records: await recordsIn(sandbox.pool),
        ...(await machineOf(sandbox)),
      },
      withoutChance,
    ),
  };
}

/** What the machine shows of a sandbox: devices, their limits, mounts, and the paths that kubelet knows. */
export async function machineOf(sandbox: Sandbox): Promise<Readonly<Record<Shown, readonly string[]>>> {
  const loops = await loopsOf(sandbox.folder);
  return {
    loops: await Promise.all(loops.map((line) => loopIn(sandbox, line))),
    limits: await limitsOf(loops.map((line) => line.split(" ")[0] ?? "")),
    mounts: await mountsOf(sandbox),
    paths: await pathsOf(sandbox),
  };
}

type Shown = "loops" | "limits" | "mounts" | "paths";

/** The same lines for the same things, whatever chance has called them. */
export const alike = (lists: Readonly<Record<string, readonly string[]>>, withoutChance: (text: string) => string) =>
  Object.fromEntries(Object.entries(lists).map(([name, lines]) => [name, lines.map(withoutChance).sort()]));

async function loopIn({ folder }: Sandbox, line: string): Promise<string> {
  const name = /^\/dev\/(\S+)/.exec(line)?.[1] ?? "";
  const size = async () => Number(await readFile(`/sys/block/${name}/size`, "utf8")) * 512;
  // one that lies on another shows its number, which is chance
  const shown = line.includes(folder) ? line.slice(line.indexOf(folder)) : "another loop device";
  return `${shown} of ${await size()} bytes`;
}

/** Only the folders in which volumes are mounted, not what is mounted there. */
async function pathsOf(sandbox: Sandbox): Promise<readonly string[]> {
  const kubelet = sandbox.path("kubelet");
  const names = await readdir(kubelet);
  const paths = names.map(async (name) => (await readdir(join(kubelet, name))).map((what) => `${name}/${what}`));
  return (await Promise.all(paths)).flat();
}

/** Ids end in a random part; what is deleted has a random name. */
const withoutChance = (text: string): string => text.replace(/([0-9a-f]{8}-[0-9a-f]{20})-[0-9a-f]{6}/g, "$1");

/** Names, and how many bytes volumes and snapshots have. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name !== "lock");
  const lines = names.map(async (name) => {
    const { size } = await stat(join(folder, name));
    return `${name}${name.endsWith("/data") ? ` of ${size} bytes` : ""}`;
  });
  return Promise.all(lines);
}

async function recordsIn(pool: string): Promise<readonly string[]> {
  const names = await readdir(pool, { recursive: true });
  const paths = names.filter((name) => /^(volumes|snapshots|groups)\/.*\.json(\.copy)?$/.test(name));
  const lines = paths.map(async (name) => {
    const { body } = JSON.parse(await readFile(join(pool, name), "utf8")) as { body: object };
    return `${name}: ${JSON.stringify({ ...body, createdAt: "" })}`;
  });
  return Promise.all(lines);
}

/** What the kernel enforces on these devices. */
async function limitsOf(devices: readonly string[]): Promise<readonly string[]> {
  const tree = await findThrottleTree();
  if (tree === undefined) throw new Error("the kernel of this machine cannot limit I/O: no cgroup tree does it");
  const limits = devices.map(async (path) => {
    const number = (await readFile(`/sys/block/${path.slice(5)}/dev`, "utf8")).trim();
    return limitsOnMachine(tree, number);
  });
  return (await Promise.all(limits)).flat().sort();
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
