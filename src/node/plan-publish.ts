import type { PathFacts, ShownAt, VolumeFacts } from "./host.ts";
import { connect, deviceOf, differenceOf, refuseDetaching, type StageAccess, shownOnTopOf } from "./plan-stage.ts";
import { type DeviceRef, type Plan, type Refusal, refuse, type Step } from "./step.ts";
import type { NodeVolume, Source } from "./volume.ts";

export interface PublishWish {
  readonly volume: NodeVolume;
  readonly stagingPath: string;
  readonly targetPath: string;
  /** Where nothing is yet and nobody else looks: a mount is made ready there before anybody sees it. */
  readonly backstagePath: string;
  readonly access: StageAccess;
  readonly readOnly: boolean;
  /** Whether the access mode lets the volume be published at several paths of this node. */
  readonly manyTargets: boolean;
}

export interface PublishFacts {
  readonly volume: VolumeFacts;
  readonly staging: PathFacts;
  readonly target: PathFacts;
}

/**
 * Shown at the target path. What is shown is proven to be this very volume: a staging path that lost its mount (a
 * reboot, an unmount by hand) is an empty directory of the host's disk, and a pod that wrote there would lose its data.
 */
export function planPublish(wish: PublishWish, now: PublishFacts): Plan | Refusal {
  const { volume, access } = wish;
  if (volume.kinds !== undefined && !volume.kinds.has(access.kind)) {
    return refuse(
      "FAILED_PRECONDITION",
      `volume ${volume.id} was made for ${[...volume.kinds].join(" and ")}, not for ${access.kind}`,
    );
  }
  const ready = readiness(wish, now);
  if ("refused" in ready) return ready;
  const there = shownOnTopOf(wish.targetPath, now.target, now.volume);
  const isDead = there?.alive === false || now.target.mount?.isLost === true;
  if (now.target.mount !== undefined && !isDead) return alreadyThere(wish, now, there);
  const conflict = conflictWithOthers(wish, now) ?? unfitTarget(wish, now.target);
  if (conflict !== undefined) return conflict;
  const { depth } = now.target.mount?.isLost ? now.target.mount : { depth: isDead ? 1 : 0 };
  const steps = Array.from({ length: depth }, (): Step => ({ do: "unmount", path: wish.targetPath }));
  const shown = show(wish, now);
  return { ...shown, steps: [...steps, ...shown.steps] };
}

function readiness(wish: PublishWish, now: PublishFacts): { staged: true } | Refusal {
  if (wish.volume.source.kind === "directory") return presentDirectory(wish, now);
  return wish.access.kind === "block" ? stagedDevice(wish, now) : stagedMount(wish, now);
}

/** A directory needs no staging: it is bound from where it lies. */
function presentDirectory({ volume, access }: PublishWish, now: PublishFacts): { staged: true } | Refusal {
  if (now.volume.backing === undefined) return refuse("INTERNAL", `the directory of volume ${volume.id} is missing`);
  const foreign = access.kind === "mount" ? access.flags.find((flag) => !isOfOneMount(flag)) : undefined;
  if (foreign === undefined) return { staged: true };
  return refuse(
    "INVALID_ARGUMENT",
    `mount flag ${foreign} is one of a filesystem; volume ${volume.id} is a directory and takes ${optionsOfOneMount.join(", ")}`,
  );
}

/** mount(8), "filesystem-independent mount options" that a bind mount can have of its own. */
export const optionsOfOneMount = ["ro", "rw", "noatime", "nodiratime", "relatime", "nodev", "nosuid", "noexec"];
const isOfOneMount = (flag: string): boolean => optionsOfOneMount.includes(flag);

function stagedMount({ volume, stagingPath }: PublishWish, now: PublishFacts): { staged: true } | Refusal {
  const staged = shownOnTopOf(stagingPath, now.staging, now.volume);
  if (staged?.alive) return { staged: true };
  const holds = now.staging.mount?.description ?? "nothing mounted";
  const why =
    staged === undefined
      ? `holds ${holds}, not volume ${volume.id}`
      : "answers with I/O errors: the filesystem has shut down";
  return refuse("FAILED_PRECONDITION", `staging_target_path ${stagingPath} ${why}; call NodeStageVolume first`);
}

function stagedDevice(wish: PublishWish, now: PublishFacts): { staged: true } | Refusal {
  const { volume } = wish;
  const going = refuseDetaching(volume, isRead(wish, now) ? now.volume.readOnlyDevice : now.volume.device);
  if (going !== undefined) return going;
  const attached =
    volume.source.kind !== "image" || now.volume.device !== undefined || now.volume.readOnlyDevice !== undefined;
  if (attached) return { staged: true };
  return refuse("FAILED_PRECONDITION", `volume ${volume.id} is not attached on this node; call NodeStageVolume first`);
}

/** Published there before: the same wish again is done, another one is not compatible. */
function alreadyThere(wish: PublishWish, now: PublishFacts, there: ShownAt | undefined): Plan | Refusal {
  const { volume, targetPath, access } = wish;
  const differs = (how: string) => refuse("ALREADY_EXISTS", `target_path ${targetPath} holds ${how}`);
  if (there === undefined) return differs(now.target.mount?.description ?? "something else");
  if ((there.as === "device") !== (access.kind === "block")) return differs(`volume ${volume.id} as a ${there.as}`);
  if (access.kind === "block") {
    return there.readOnly === isRead(wish, now)
      ? { steps: [] }
      : differs(`volume ${volume.id} ${there.readOnly ? "read-only" : "for writing"}`);
  }
  const difference = differenceOf(there, undefined, access.flags, isRead(wish, now));
  return difference === undefined ? { steps: [] } : differs(`volume ${volume.id} ${difference}`);
}

/** A volume that is staged read-only stays so, whatever publish says. */
function isRead({ volume, readOnly, stagingPath, access }: PublishWish, now: PublishFacts): boolean {
  if (volume.source.kind === "directory") return readOnly || volume.readOnly;
  if (access.kind === "block") return readOnly || volume.readOnly || now.volume.device === undefined;
  return readOnly || now.volume.shownAt.some(({ path, readOnly }) => path === stagingPath && readOnly);
}

function conflictWithOthers(wish: PublishWish, now: PublishFacts): Refusal | undefined {
  if (wish.manyTargets) return undefined;
  const other = now.volume.shownAt.find(({ path }) => path !== wish.stagingPath && path !== wish.targetPath);
  if (other === undefined) return undefined;
  return refuse(
    "FAILED_PRECONDITION",
    `volume ${wish.volume.id} is already published at ${other.path} and its access mode allows one path`,
  );
}

/** A filesystem is shown by a directory, a device by a file. What lies below a dead mount only shows once that is gone. */
function unfitTarget({ targetPath, access }: PublishWish, { kind, mount }: PathFacts): Refusal | undefined {
  const fit = access.kind === "mount" ? "directory" : "file";
  if (mount !== undefined || kind === "missing" || kind === fit) return undefined;
  return refuse("FAILED_PRECONDITION", `target_path ${targetPath} is there and is no ${fit}`);
}

function show(wish: PublishWish, now: PublishFacts): Plan {
  const { volume, stagingPath, targetPath: to, access } = wish;
  const readOnly = isRead(wish, now);
  if (access.kind === "mount") {
    const steps: Step[] = now.target.kind === "missing" ? [{ do: "make-directory", path: to, mode: 0o750 }] : [];
    const { source } = volume;
    const [from, flags] = source.kind === "directory" ? [source.path, access.flags] : [stagingPath, []];
    const options = readOnly ? [...flags, "ro"] : flags;
    if (options.length === 0) return { steps: [...steps, { do: "bind", from, to }] };
    const ready = makeReady(from, options, wish.backstagePath);
    return { ...ready, steps: [...steps, ...ready.steps, { do: "bind", from: wish.backstagePath, to }] };
  }
  // a read-only bind mount of a device node can still be written through, so readers get a device of their own
  const steps: Step[] = readOnly ? connectReader(volume, now.volume) : [];
  if (now.target.kind === "missing") steps.push({ do: "make-file", path: to });
  steps.push({ do: "bind-device", device: readOnly ? readerOf(volume.source) : deviceOf(volume.source), to });
  return { steps };
}

/**
 * A bind mount gets options of its own by a remount, and that stays in the mount namespace where it is done: kubelet,
 * and so the pod, would keep what was bound before. A bind of what has its options has them wherever it appears.
 */
function makeReady(from: string, options: readonly string[], path: string): Plan {
  return {
    steps: [
      { do: "make-directory", path },
      { do: "bind", from, to: path },
      { do: "remount", path, options },
    ],
    finally: [
      { do: "unmount", path },
      { do: "remove-target", path },
    ],
  };
}

/** A disk would be read-only for its writers too, if it were told so: its readers get a device on top of it. */
function connectReader(volume: NodeVolume, now: VolumeFacts): Step[] {
  const { source } = volume;
  if (source.kind !== "device") return connect(volume, now, true);
  if (now.readOnlyDevice === undefined) return [{ do: "attach", source, readOnly: true }];
  const isSmall = now.readOnlyDevice.sizeBytes < (now.device?.sizeBytes ?? 0);
  return isSmall ? [{ do: "refresh-size", source }] : [];
}

const readerOf = (source: Source): DeviceRef =>
  source.kind === "device" ? { image: source.path, readOnly: true } : deviceOf(source, true);
