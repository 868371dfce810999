import { dirname } from "node:path";
import type { Host } from "../../src/node/host.ts";
import { HostError } from "../../src/node/host-error.ts";
import type { DeviceRef, NoteFilesystem, Plan, Step } from "../../src/node/step.ts";
import { fileOf } from "../../src/node/volume.ts";
import { type Filesystem, type ModelMount, ModelWorld } from "./model-world.ts";

export interface ModelHost extends Host {
  readonly world: ModelWorld;
  /** What was done, in order. */
  readonly done: readonly Step[];
}

/** The Host port on a machine that is only imagined. It passes the port's contract. */
export function modelHost(world = new ModelWorld()): ModelHost {
  const done: Step[] = [];
  const performOne = async (step: Step, note: (step: NoteFilesystem) => Promise<void>): Promise<void> => {
    if (step.do === "note-filesystem") await note(step);
    else performStep(step, world);
    done.push(step);
  };
  const performEach = async (steps: readonly Step[], note: (step: NoteFilesystem) => Promise<void>): Promise<void> => {
    const failures: unknown[] = [];
    for (const step of steps) await performOne(step, note).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return {
    world,
    done,
    observe: async (source, paths) => world.observe(source, paths),
    isHeldElsewhere: async (source) => world.isHeldElsewhere(source),
    probe: async (source) => world.probe(source),
    async usageOf(path) {
      const file = world.mounts.findLast((mount) => mount.path === path)?.file;
      const total = file === undefined ? 0 : filesystemIn(file, world).sizeBytes;
      return { bytes: { total, used: 0, available: total }, inodes: undefined };
    },
    realPath: async (path) => world.realPath(path),
    isLink: async (path) => world.links.has(path),
    async perform(plan: Plan, signal, note = refuseToNote) {
      try {
        for (const step of plan.steps) {
          signal.throwIfAborted();
          await performOne(step, note);
        }
      } finally {
        await performEach(plan.finally ?? [], note);
      }
    },
  };
}

const refuseToNote = (step: NoteFilesystem): never => {
  throw new Error(`nobody keeps a record of volume ${step.volume}`);
};

type Act = Exclude<Step, NoteFilesystem>;
type Acts = { readonly [Kind in Act["do"]]: (step: Extract<Act, { do: Kind }>, world: ModelWorld) => void };

const performStep = (step: Act, world: ModelWorld): void =>
  (acts[step.do] as (step: Act, world: ModelWorld) => void)(step, world);

/** What a pool keeps is not part of this world. */
const nothing = (): void => {};

const acts: Acts = {
  "reserve-image": nothing,
  "write-record": nothing,
  rename: nothing,
  "copy-tree": nothing,
  "copy-image": nothing,
  "set-owner": nothing,
  "make-directory": ({ path }, world) => makePath(path, "directory", world),
  "make-file": ({ path }, world) => makePath(path, "file", world),
  "remove-target": ({ path }, world) => removeTarget(path, world),
  "remove-file": ({ path }, world) => void world.paths.delete(path),
  "make-image": ({ path, sizeBytes }, world) => void world.files.set(path, { sizeBytes, holds: "nothing" }),
  "clone-image": ({ from, to, sizeBytes }, world) => {
    const original = world.bytesOf(from);
    const holds = structuredClone(original.holds);
    world.files.set(to, { sizeBytes: Math.max(original.sizeBytes, sizeBytes), holds });
  },
  "resize-image": ({ path, sizeBytes }, world) => {
    const bytes = world.bytesOf(path);
    bytes.sizeBytes = Math.max(bytes.sizeBytes, sizeBytes);
  },
  attach: ({ source, readOnly }, world) =>
    world.addLoop(fileOf(source), readOnly, world.bytesOf(fileOf(source)).sizeBytes),
  detach: ({ image }, world) => detach(image.file, () => true, world),
  "detach-read-only": ({ source }, world) => detach(fileOf(source), (readOnly) => readOnly, world),
  "refresh-size": ({ source }, world) => {
    for (const loop of world.loops.filter(({ file }) => file === fileOf(source)))
      loop.sizeBytes = world.bytesOf(loop.file).sizeBytes;
  },
  "set-limits": ({ device, limits }, world) => {
    const { path } = world.deviceOf(device);
    for (const loop of world.loops.filter((loop) => loop.path === path)) loop.limits = limits;
  },
  flush: ({ device }, world) => void world.deviceOf(device),
  freeze: ({ path }, world) => void world.frozen.add(path),
  "require-frozen": nothing,
  thaw: ({ path }, world) => void world.frozen.delete(path),
  unmount: ({ path }, world) => {
    const index = world.mounts.findLastIndex((mount) => mount.path === path);
    if (index !== -1) world.mounts.splice(index, 1);
  },
  format: ({ device, fsType }, world) => {
    const { path, file, sizeBytes } = world.deviceOf(device);
    world.refuseIfHeld(path);
    world.bytesOf(file).holds = freshFilesystem(fsType, sizeBytes);
  },
  check: ({ device }, world) => world.refuseIfHeld(world.deviceOf(device).path),
  "give-new-id": ({ device }, world) => world.refuseIfHeld(world.deviceOf(device).path),
  "grow-unmounted": ({ device }, world) => {
    world.refuseIfHeld(world.deviceOf(device).path);
    grow(device, world);
  },
  "grow-mounted": ({ device, path }, world) => {
    needWritable(path, world);
    grow(device, world);
  },
  mount: (step, world) => mount(step, world),
  "remove-lost-and-found": ({ path }, world) => {
    const file = world.mounts.findLast((mount) => mount.path === path)?.file;
    if (file === undefined || !filesystemIn(file, world).lostAndFound) return;
    needWritable(path, world);
    filesystemIn(file, world).lostAndFound = false;
  },
  bind: ({ from, to }, world) => {
    needPath(to, world);
    world.mounts.push({ ...mountAt(from, world), path: to });
  },
  remount: ({ path, options }, world) => {
    const there = mountAt(path, world);
    const readOnly = there.readOnly || options.includes("ro");
    world.mounts.splice(world.mounts.lastIndexOf(there), 1, {
      ...there,
      readOnly,
      options: [...there.options, ...options.filter((option) => option !== "ro")],
    });
  },
  "bind-device": ({ device, to }, world) => {
    const { path, file } = world.deviceOf(device);
    needPath(to, world);
    const readOnly = "image" in device && device.readOnly;
    const shown = { as: "device", fsType: "devtmpfs", options: [], alive: true } as const;
    world.mounts.push({ ...shown, path: to, file, device: path, readOnly });
  },
};

export const freshFilesystem = (fsType: Filesystem["fsType"], sizeBytes: number): Filesystem => ({
  ...{ fsType, sizeBytes, torn: false, data: "" },
  lostAndFound: fsType === "ext4" || fsType === "ext3",
});

function filesystemIn(file: string, world: ModelWorld): Filesystem {
  const { holds } = world.bytesOf(file);
  if (holds === "nothing" || "other" in holds) throw new Error(`${file} holds no filesystem`);
  return holds;
}

function mount(step: Extract<Step, { do: "mount" }>, world: ModelWorld): void {
  const { path: device, file } = world.deviceOf(step.device);
  const filesystem = filesystemIn(file, world);
  if (filesystem.torn || filesystem.fsType !== step.fsType)
    throw new HostError("corrupt", `the ${step.fsType} on ${device} cannot be mounted`);
  needPath(step.path, world);
  const { path, fsType, options } = step;
  const readOnly =
    options.findLast((option) => /^r[ow]$/.test(option)) === "ro" || ("image" in step.device && step.device.readOnly);
  world.mounts.push({ path, file, device, as: "filesystem", readOnly, fsType, options, alive: true });
}

function grow(device: DeviceRef, world: ModelWorld): void {
  const { file, sizeBytes } = world.deviceOf(device);
  filesystemIn(file, world).sizeBytes = sizeBytes;
}

function detach(file: string, isMeant: (readOnly: boolean) => boolean, world: ModelWorld): void {
  for (const loop of world.loops.filter((loop) => loop.file === file && isMeant(loop.readOnly))) {
    world.refuseIfHeld(loop.path);
    world.detach(loop);
    if (loop.detaching) throw new HostError("in-use", `${loop.path} is still in use and goes once it is closed`);
  }
}

function makePath(path: string, kind: "directory" | "file", world: ModelWorld): void {
  if (world.paths.get(dirname(path)) !== "directory")
    throw new HostError("missing", `the parent directory of ${path} does not exist`);
  world.paths.set(path, kind);
}

function mountAt(path: string, world: ModelWorld): ModelMount {
  const there = world.mounts.findLast((mount) => mount.path === path);
  if (there === undefined) throw new Error(`nothing is mounted at ${path}`);
  return there;
}

function needWritable(path: string, world: ModelWorld): void {
  if (mountAt(path, world).readOnly) throw new Error(`EROFS: ${path} is mounted read-only`);
}

function needPath(path: string, world: ModelWorld): void {
  if (!world.paths.has(path)) throw new Error(`${path} does not exist`);
}

function removeTarget(path: string, world: ModelWorld): void {
  if (world.filled.has(path)) throw new HostError("not-empty", `${path} holds files; it is not removed`);
  if (world.mounts.some((mount) => mount.path === path)) throw new Error(`${path} is a mount point`);
  world.paths.delete(path);
}
