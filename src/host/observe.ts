import type { BigIntStats } from "node:fs";
import { lstat, opendir, realpath, stat, statfs } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { AttachedDevice, Observation, PathFacts, ShownAt, Usage, VolumeFacts } from "../node/host.ts";
import { HostError } from "../node/host-error.ts";
import type { Source } from "../node/volume.ts";
import { deviceSizeOf } from "./device-size.ts";
import { ifThere, isErrno } from "./errno.ts";
import { fileIdentity, isDetaching, isHeld, type Loop, type Loops, majorMinorOf } from "./loop.ts";
import { isOfLostDisk } from "./lost-disk.ts";
import { isReadOnly, liesOn, type Mount, readMounts, showsNode } from "./mounts.ts";

/** The volume and the paths as they are now, from one reading of mountinfo and of the loop devices. */
export async function observe<Path extends string>(
  source: Source,
  paths: Readonly<Record<Path, string>>,
  loops: Loops,
): Promise<Observation<Path>> {
  const mounts = await readMounts();
  const volume = await observeSource(source, mounts, loops);
  const entries = Object.entries<string>(paths).map(async ([name, path]) => [
    name,
    await observePath(path, mounts, volume),
  ]);
  return { volume: volume.facts, paths: Object.fromEntries(await Promise.all(entries)) as Record<Path, PathFacts> };
}

/** Whether a device of the volume is held although no mount that we see shows all of it. */
export async function isHeldElsewhere(source: Source, loops: Loops): Promise<boolean> {
  for (const device of await devicesOf(source, await backingOf(source), await readMounts(), loops))
    if ((await isHeld(device.path)) && !(await readMounts()).some(showsFilesystemOf(device))) return true;
  return false;
}

interface Seen {
  readonly facts: VolumeFacts;
  readonly mounts: readonly Mount[];
}

async function observeSource(source: Source, mounts: readonly Mount[], loops: Loops): Promise<Seen> {
  const backing = await backingOf(source);
  const devices = await devicesOf(source, backing, mounts, loops);
  const isShown = source.kind === "directory" ? isDirectory(await placeOf(source.path, mounts)) : isDevice(devices);
  const shown = mounts.filter(isShown);
  const shownAt = await Promise.all(shown.map((mount) => shownAtOf(mount, source, devices)));
  const facts: VolumeFacts = {
    backing: backing && { sizeBytes: Number(backing.size), allocatedBytes: Number(backing.blocks) * 512 },
    device: devices.find(({ readOnly }) => !readOnly),
    readOnlyDevice: devices.find(({ readOnly }) => readOnly),
    shownAt,
  };
  return { facts, mounts: shown };
}

/** The file or directory that the volume is; a device of somebody else's has none. */
const backingOf = async (source: Source): Promise<BigIntStats | undefined> =>
  source.kind === "device"
    ? undefined
    : ifThere(stat(source.kind === "image" ? source.file : source.path, { bigint: true }));

interface SourceDevice extends AttachedDevice {
  readonly device: string;
  readonly readOnly: boolean;
}

async function devicesOf(
  source: Source,
  backing: BigIntStats | undefined,
  mounts: readonly Mount[],
  loops: Loops,
): Promise<readonly SourceDevice[]> {
  const sourceDeviceOf = (loop: Loop) => deviceOfLoop(loop, mounts);
  switch (source.kind) {
    case "image":
      return backing === undefined ? [] : (await loops.showingFile(fileIdentity(backing))).map(sourceDeviceOf);
    case "device": {
      const found = await ifThere(stat(source.path, { bigint: true }));
      if (found === undefined) return [];
      const device = majorMinorOf(found.rdev);
      const disk = { path: source.path, device, readOnly: false, detaching: false, sizeBytes: deviceSizeOf(device) };
      // kubelet makes loop devices too of the raw blocks that it shows, for writing
      const readers = (await loops.showingFile(fileIdentity(found))).filter(({ readOnly }) => readOnly);
      return [disk, ...readers.map(sourceDeviceOf)];
    }
    case "directory":
      return [];
    default:
      return source satisfies never;
  }
}

/** What is mounted from a device keeps it, whatever becomes of others who have it open. */
function deviceOfLoop(loop: Loop, mounts: readonly Mount[]): SourceDevice {
  const { path, device, readOnly } = loop;
  const detaching = isDetaching(loop) && !mounts.some((mount) => liesOn(mount, loop));
  return { path, device, readOnly, detaching, sizeBytes: deviceSizeOf(device) };
}

/** Which mounts show all of a volume: its filesystem's root, its device's node. A subPath of a pod shows less. */
const isDevice =
  (devices: readonly SourceDevice[]) =>
  (mount: Mount): boolean =>
    devices.some((device) => showsFilesystemOf(device)(mount) || showsNode(mount, device.path));

const showsFilesystemOf =
  (device: SourceDevice) =>
  (mount: Mount): boolean =>
    liesOn(mount, device) && mount.root === "/";

/** A directory is told by its filesystem and by the way to it from that filesystem's root, as bind mounts list it. */
interface Place {
  readonly device: string;
  readonly root: string;
}

const isDirectory =
  (place: Place | undefined) =>
  (mount: Mount): boolean =>
    place !== undefined && mount.device === place.device && mount.root.replace(gone, "") === place.root;

/** What the kernel adds to the root of a mount whose directory was removed. */
const gone = /\/\/deleted$/;

async function placeOf(path: string, mounts: readonly Mount[]): Promise<Place | undefined> {
  const real = await realPath(path);
  const above = mounts.filter((mount) => isBelow(real, mount.path));
  const longest = Math.max(...above.map((mount) => mount.path.length));
  const mount = above.filter((mount) => mount.path.length === longest).at(-1);
  return mount && { device: mount.device, root: join(mount.root, relative(mount.path, real)) };
}

const isBelow = (path: string, above: string): boolean =>
  above === "/" || path === above || path.startsWith(`${above}/`);

async function shownAtOf(mount: Mount, source: Source, devices: readonly SourceDevice[]): Promise<ShownAt> {
  const node = devices.find(({ path }) => showsNode(mount, path));
  const as = source.kind === "directory" ? "directory" : node === undefined ? "filesystem" : "device";
  return {
    path: mount.path,
    as,
    readOnly: node === undefined ? isReadOnly(mount) : node.readOnly,
    fsType: mount.fsType,
    options: [...mount.options, ...mount.superOptions],
    alive: as === "device" || (await isAlive(mount.path)),
  };
}

/**
 * A filesystem that has shut down answers every look into it with an I/O error. One entry is asked for: how many there
 * are is up to the pods, and the memory is ours.
 */
async function isAlive(path: string): Promise<boolean> {
  try {
    await using root = await opendir(path, { bufferSize: 1 });
    await root.read();
    return true;
  } catch (error) {
    if (isErrno(error, "EIO", "ENOTCONN", "ESTALE", "EUCLEAN")) return false;
    throw error;
  }
}

async function observePath(path: string, mounts: readonly Mount[], volume: Seen): Promise<PathFacts> {
  const real = await realPath(path);
  const there = mounts.filter((mount) => mount.path === real);
  const top = there.at(-1);
  const kind = await kindOf(path);
  if (top === undefined) return { kind, mount: undefined };
  const description = `${top.source} (${top.fsType})`;
  const isVolume = volume.mounts.includes(top);
  const isLost = !isVolume && (await isOfLostDisk(top));
  const isSame = (mount: Mount) =>
    isVolume ? volume.mounts.includes(mount) : isLost && mount.device === top.device && mount.root === top.root;
  const depth = there.length - 1 - there.findLastIndex((mount) => !isSame(mount));
  return { kind, mount: { isVolume, isLost, description, depth } };
}

async function kindOf(path: string): Promise<PathFacts["kind"]> {
  try {
    const found = await ifThere(lstat(path));
    if (found === undefined) return "missing";
    return found.isDirectory() ? "directory" : found.isFile() ? "file" : "other";
  } catch (error) {
    if (isErrno(error, "EIO", "ENOTCONN", "ESTALE")) return "directory"; // a dead mount: there is a path, and it is no file of ours
    throw error;
  }
}

/** Where a path really leads, as far as it exists. */
export async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return path === "/" ? path : join(await realPath(dirname(path)), basename(path));
    if (isErrno(error, "EIO", "ENOTCONN", "ESTALE")) return path;
    if (isErrno(error, "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL"))
      throw new HostError("bad-path", `${path} is no path that anything could be at (${error.code})`, { cause: error });
    throw error;
  }
}

export async function usageOf(path: string): Promise<Usage> {
  const fs = await statfs(path);
  const bytes = {
    total: fs.blocks * fs.bsize,
    used: (fs.blocks - fs.bfree) * fs.bsize,
    available: fs.bavail * fs.bsize,
  };
  return {
    bytes,
    inodes: fs.files === 0 ? undefined : { total: fs.files, used: fs.files - fs.ffree, available: fs.ffree },
  };
}
