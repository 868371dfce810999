import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Contents, Host } from "../node/host.ts";
import { HostError } from "../node/host-error.ts";
import type { DeviceRef, NoteFilesystem as Note, Plan, Step } from "../node/step.ts";
import { type FsType, fileOf, type Source } from "../node/volume.ts";
import {
  isLink,
  makeDirectory,
  makeFile,
  moveDurably,
  removeFile,
  removeTarget,
  syncPath,
  writeRecord,
} from "./files.ts";
import { isTaken, underLock } from "./flock.ts";
import { Freezer } from "./freeze.ts";
import { checkFilesystem } from "./fsck.ts";
import { growMounted, growUnmounted } from "./grow.ts";
import { cloneImage, copyImage, makeImage, reserveImage, resizeImage } from "./image.ts";
import { type Loop, Loops, majorMinorOf, refuseIfHeld } from "./loop.ts";
import { mkfsCommand } from "./mkfs.ts";
import { bindMount, mountDevice, remountBind, unmount } from "./mount.ts";
import { isHeldElsewhere, observe, realPath, usageOf } from "./observe.ts";
import { probe } from "./probe.ts";
import { CommandError, type Run } from "./run.ts";
import type { Throttle } from "./throttle.ts";
import { copyTree, setOwner } from "./tree.ts";
import { TreeCounter } from "./tree-usage.ts";

/** Told before and after each step, for whoever watches (the journal) or ends the world there (the crash tests). */
export type OnStep = (step: Step, phase: "before" | "after", ms: number) => void;

export interface LinuxHostParts {
  readonly run: Run;
  readonly throttle: Throttle;
  /** How long a filesystem may stay frozen. */
  readonly maxFreezeMs: number;
  readonly onPlan?: (plan: Plan) => void;
  readonly onStep?: OnStep;
}

/** The Host port on Linux: this machine's kernel, by its own tools. */
export interface LinuxHost extends Host {
  readonly loops: Loops;
  readonly run: Run;
  readonly throttle: Throttle;
  /** How many bytes the files of a directory take; undefined until they were counted once. */
  bytesOfTree(path: string): Promise<number | undefined>;
}

export function linuxHost({
  run,
  throttle,
  maxFreezeMs,
  onStep = () => {},
  onPlan = () => {},
}: LinuxHostParts): LinuxHost {
  const loops = new Loops(run);
  const trees = new TreeCounter();
  const tools: Tools = {
    run,
    loops,
    throttle,
    freezer: new Freezer(run, (lockFile) => alone(run, lockFile), maxFreezeMs),
  };

  async function performOne(step: Step, note: (step: Note) => Promise<void>, signal?: AbortSignal): Promise<void> {
    const started = performance.now();
    onStep(step, "before", 0);
    await (step.do === "note-filesystem" ? note(step) : performStep(step, tools, signal));
    onStep(step, "after", performance.now() - started);
  }

  /** All of them, whatever becomes of one: a thaw that fails must not keep the others from being thawed. */
  async function performEach(steps: readonly Step[], note: (step: Note) => Promise<void>): Promise<void> {
    const failures: unknown[] = [];
    for (const step of steps) await performOne(step, note).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  return {
    loops,
    run,
    throttle,
    realPath,
    isLink,
    observe: (source, paths) => observe(source, paths, loops),
    isHeldElsewhere: (source) => isHeldElsewhere(source, loops),
    probe: (source, signal) => probeSource(source, run, signal),
    usageOf: (path) => usageOf(path),
    bytesOfTree: (path) => trees.bytesOf(path),
    async perform(plan, signal, note = refuseToNote) {
      onPlan(plan);
      try {
        for (const step of plan.steps) {
          signal.throwIfAborted();
          await performOne(step, note, signal);
        }
      } finally {
        await performEach(plan.finally ?? [], note);
      }
    },
  };
}

const refuseToNote = (step: Note): never => {
  throw new Error(`nobody keeps a record of volume ${step.volume}`);
};

/** A directory holds whatever it holds; the bytes of the others can be asked. */
async function probeSource(source: Source, run: Run, signal: AbortSignal): Promise<Contents> {
  if (source.kind === "directory") return { kind: "other", description: "a directory" };
  return probe(source.kind === "image" ? source.file : source.path, run, signal);
}

interface Tools {
  readonly run: Run;
  readonly loops: Loops;
  readonly throttle: Throttle;
  readonly freezer: Freezer;
}

/** `signal`: ends what takes long and leaves nothing behind when it is cut; all else is done to its end. */
async function performStep(step: Exclude<Step, Note>, tools: Tools, signal: AbortSignal | undefined): Promise<void> {
  const { run, loops, throttle, freezer } = tools;
  switch (step.do) {
    case "make-directory":
      return makeDirectory(step.path, step.mode);
    case "make-file":
      return makeFile(step.path);
    case "make-image":
      return makeImage(step.path, step.sizeBytes, step.allocate, run);
    case "clone-image":
      return cloneImage(step.from, step.to, step.sizeBytes);
    case "reserve-image":
      return reserveImage(step.path, step.sizeBytes, run);
    case "resize-image":
      return resizeImage(step.path, step.sizeBytes);
    case "copy-image":
      return copyImage(step, within(run, signal));
    case "copy-tree":
      return copyTree(step.from, step.to, within(run, signal));
    case "set-owner":
      return setOwner(step.path, step.owner);
    case "write-record":
      return writeRecord(step.path, step.record, step);
    case "rename":
      return moveDurably(step.from, step.to);
    case "remove-file":
      return removeFile(step.path);
    case "attach":
      await loops.attach(step.source, step.readOnly);
      return;
    case "detach":
      return loops.detach(step.image.file);
    case "detach-read-only":
      return loops.detach(fileOf(step.source), "read-only");
    case "refresh-size":
      return loops.refreshSize(fileOf(step.source));
    case "flush":
      return syncPath(await devicePathOf(step.device, loops));
    case "set-limits":
      return throttle.set((await loopOf(step.device, loops)).device, step.limits);
    case "mount":
      return mountDevice(await devicePathOf(step.device, loops), step.path, step.fsType, step.options, run);
    case "remove-lost-and-found":
      return removeTarget(`${step.path}/lost+found`);
    case "freeze":
      return freezer.freeze(step);
    case "require-frozen":
      return freezer.requireFrozen(step.path);
    case "thaw":
      return freezer.thaw(step.path, step.anyones);
    case "bind":
      return bindMount(step.from, step.to, run);
    case "remount":
      return remountBind(step.path, step.options, run);
    case "bind-device":
      return bindMount(await devicePathOf(step.device, loops), step.to, run);
    case "unmount":
      return unmount(step.path, run);
    case "remove-target":
      return removeTarget(step.path);
    case "format":
    case "check":
    case "give-new-id":
    case "grow-unmounted":
    case "grow-mounted":
      return changeFilesystem(step, tools);
    default:
      step satisfies never;
  }
}

const within =
  (run: Run, signal: AbortSignal | undefined): Run =>
  (argv, options) =>
    run(argv, { ...options, signal });

type FilesystemStep = Extract<Step, { do: "format" | "check" | "give-new-id" | "grow-unmounted" | "grow-mounted" }>;

/** By tools that outlive a killed driver, so each runs under the volume's lock. */
async function changeFilesystem(step: FilesystemStep, { run, loops }: Tools): Promise<void> {
  const device = await devicePathOf(step.device, loops);
  const locked = alone(run, lockFileOf(step.device));
  if (step.do !== "grow-mounted") await refuseIfHeld(device);
  switch (step.do) {
    case "format":
      await locked(await mkfsCommand(device, step.fsType, step.options, step.discard, run));
      return;
    case "check":
      return checkFilesystem(device, step.fsType, locked);
    case "give-new-id":
      return giveNewId(device, step.fsType, locked);
    case "grow-unmounted":
      return growUnmounted(device, step.fsType, locked);
    case "grow-mounted":
      return growMounted(device, step.path, step.fsType, locked);
    default:
      step satisfies never;
  }
}

async function giveNewId(device: string, fsType: FsType, run: Run): Promise<void> {
  if (fsType === "btrfs") await run(["btrfstune", "-f", "-m", device]);
}

/** Every command under the lock; one that is taken is still held by a tool of a call before us. */
const alone =
  (run: Run, lockFile: string): Run =>
  async (argv, options) => {
    try {
      return await run(underLock(lockFile, argv), options);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      // flock(1) says the exit code of what it ran, and its words are that tool's
      if (!isTaken(error.exitCode)) throw new CommandError(argv, error.exitCode, error.stderr);
      throw new HostError("busy", `a tool of an earlier call is still at work (${lockFile}); try again`, {
        cause: error,
      });
    }
  };

const lockFileOf = (device: DeviceRef): string =>
  "image" in device ? join(dirname(device.image), "lock") : join("/run/lock", `kura-${basename(device.path)}`);

async function loopOf(ref: DeviceRef, loops: Loops): Promise<Pick<Loop, "path" | "device">> {
  if ("path" in ref) return { path: ref.path, device: majorMinorOf((await stat(ref.path, { bigint: true })).rdev) };
  const found = (await loops.showing(ref.image)).find(({ readOnly }) => readOnly === ref.readOnly);
  if (found === undefined) throw new HostError("missing", `${ref.image} is not attached`);
  return found;
}

const devicePathOf = async (ref: DeviceRef, loops: Loops): Promise<string> => (await loopOf(ref, loops)).path;
