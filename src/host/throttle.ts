import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Limits } from "../node/volume.ts";
import { readMounts } from "./mounts.ts";

/** Where the kernel limits block I/O: the blkio tree of cgroup v1, or the one tree of v2 with its io controller. */
export type ThrottleTree = { readonly version: 1 | 2; readonly root: string };

/** The tree of this machine, where it has one that can limit I/O. */
export async function findThrottleTree(): Promise<ThrottleTree | undefined> {
  const mounts = await readMounts();
  const v1 = mounts.find(({ fsType, superOptions }) => fsType === "cgroup" && superOptions.includes("blkio"));
  if (v1 !== undefined) return { version: 1, root: v1.path };
  const v2 = mounts.find(({ fsType }) => fsType === "cgroup2");
  if (v2 === undefined || !readLines(join(v2.path, "cgroup.controllers")).join(" ").split(" ").includes("io"))
    return undefined;
  return { version: 2, root: v2.path };
}

/**
 * Limits on devices, enforced in the cgroups of those who use them.
 *
 * v2 is hierarchical: a limit on the ancestor of all pods (`kubepods*`) binds every one of them; without Kubernetes it
 * is set on each child of the root, which itself has no io.max. v1's throttling is flat: a limit on the root group does
 * not reach its children, so it is set on the root and on every group below the pods' ancestor (without Kubernetes: on
 * every group), and again as groups appear. A limit outlives the device's file, so it is removed before the device goes
 * and before it is first used.
 */
export class Throttle {
  readonly #tree: ThrottleTree | undefined;
  readonly #limited = new Map<string, Limits>();
  #seen = new Set<string>();
  #watch: NodeJS.Timeout | undefined;

  constructor(tree: ThrottleTree | undefined) {
    this.#tree = tree;
  }

  /** Whether limits can be enforced here at all. */
  get works(): boolean {
    return this.#tree !== undefined;
  }

  /** `device` is major:minor. No limits: those that a former user of the number left are removed. */
  set(device: string, limits: Limits): void {
    if (this.#tree === undefined) return;
    const isFree = limits.iops === undefined && limits.throughputBytes === undefined;
    if (isFree && !this.#limited.has(device) && !isLimited(this.#tree, device)) return;
    this.#seen = new Set(groupsOf(this.#tree));
    // the root first when limits come and last when they go: what it shows is then true of all
    const groups = isFree ? [...this.#seen].reverse() : [...this.#seen];
    for (const group of groups) writeLimits(this.#tree, group, device, limits);
    if (isFree) this.#limited.delete(device);
    else this.#limited.set(device, limits);
    this.#watchForGroups(this.#tree);
  }

  close(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #watchForGroups(tree: ThrottleTree): void {
    if (this.#limited.size === 0) this.close();
    else this.#watch ??= setInterval(() => this.#limitNewGroups(tree), 500).unref();
  }

  #limitNewGroups(tree: ThrottleTree): void {
    const groups = groupsOf(tree);
    for (const group of groups.filter((group) => !this.#seen.has(group))) {
      for (const [device, limits] of this.#limited) writeLimits(tree, group, device, limits);
    }
    this.#seen = new Set(groups);
  }
}

/** The groups on which limits are set, outer ones first. */
export function groupsOf({ version, root }: ThrottleTree): readonly string[] {
  const podRoots = findPodRoots(root, 3);
  if (version === 2) {
    const groups = podRoots.length > 0 ? podRoots : childrenOf(root);
    for (const group of groups) enableIo(root, group);
    return groups;
  }
  return [
    root,
    ...(podRoots.length > 0 ? podRoots.flatMap(withDescendants) : childrenOf(root).flatMap(withDescendants)),
  ];
}

/** `kubepods`, `kubepods.slice`, or the same below a node's own group (kind, minikube). */
function findPodRoots(group: string, depth: number): readonly string[] {
  const children = childrenOf(group);
  const found = children.filter((child) => /\/(kubelet-)?kubepods(\.slice)?$/.test(child));
  if (found.length > 0 || depth === 0) return found;
  return children.flatMap((child) => findPodRoots(child, depth - 1));
}

function childrenOf(group: string): readonly string[] {
  try {
    return readdirSync(group, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(group, name));
  } catch {
    return []; // the group went while we looked
  }
}

const withDescendants = (group: string): readonly string[] => [group, ...childrenOf(group).flatMap(withDescendants)];

/** A v2 group has io.max only when every group above it hands the controller down. */
function enableIo(root: string, group: string): void {
  const names = group.slice(root.length + 1).split("/");
  for (let depth = 0; depth < names.length; depth += 1) {
    const control = join(root, ...names.slice(0, depth), "cgroup.subtree_control");
    if (!readLines(control).join(" ").split(" ").includes("io")) writeQuietly(control, "+io");
  }
}

function writeLimits(
  { version }: ThrottleTree,
  group: string,
  device: string,
  { iops, throughputBytes }: Limits,
): void {
  if (version === 2) {
    const bytes = throughputBytes ?? "max";
    const count = iops ?? "max";
    writeQuietly(join(group, "io.max"), `${device} rbps=${bytes} wbps=${bytes} riops=${count} wiops=${count}`);
    return;
  }
  for (const file of v1Files) {
    const limit = file.includes("iops") ? iops : throughputBytes;
    writeQuietly(join(group, file), `${device} ${limit ?? 0}`);
  }
}

const v1Files = ["read_iops", "write_iops", "read_bps", "write_bps"].map((what) => `blkio.throttle.${what}_device`);

function isLimited(tree: ThrottleTree, device: string): boolean {
  const files =
    tree.version === 1
      ? v1Files.map((file) => join(tree.root, file))
      : groupsOf(tree).map((group) => join(group, "io.max"));
  return files.some((file) => readLines(file).some((line) => line.startsWith(`${device} `)));
}

function readLines(file: string): readonly string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}

/** Groups come and go with containers; a limit on one that is gone is not missed. */
function writeQuietly(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "r+" });
  } catch (error) {
    if (existsSync(file)) throw error;
  }
}
