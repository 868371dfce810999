import type { AttachedDevice, Contents, PathFacts, ShownAt, VolumeFacts } from "./host.ts";
import { type DeviceRef, type Plan, type Refusal, refuse, type Step } from "./step.ts";
import { type FsType, isFsType, type NodeVolume, type Source } from "./volume.ts";

/** What stage was asked for. */
export interface StageWish {
  readonly volume: NodeVolume;
  readonly stagingPath: string;
  readonly access: StageAccess;
  readonly readOnly: boolean;
}

export type StageAccess =
  | { readonly kind: "block" }
  | { readonly kind: "mount"; readonly fsType: FsType | undefined; readonly flags: readonly string[] };

/** What is true on the host now. */
export interface StageFacts {
  readonly volume: VolumeFacts;
  readonly staging: PathFacts;
  /** By a mount that this namespace does not show, or another program. */
  readonly heldElsewhere: boolean;
  /** Only looked at where nothing is mounted yet. */
  readonly contents: Contents;
}

/** From whatever there is now to a volume that is ready to be published, or why that must not be. */
export function planStage(wish: StageWish, now: StageFacts): Plan | Refusal {
  const { volume, access } = wish;
  if (volume.kinds !== undefined && !volume.kinds.has(access.kind)) {
    return refuse(
      "FAILED_PRECONDITION",
      `volume ${volume.id} was made for ${[...volume.kinds].join(" and ")}, not for ${access.kind}`,
    );
  }
  if (volume.source.kind === "image" && now.volume.backing === undefined) {
    return refuse("INTERNAL", `the backing file of volume ${volume.id} is missing: ${volume.source.file}`);
  }
  if (now.staging.kind === "file" || now.staging.kind === "other") {
    return refuse("FAILED_PRECONDITION", `staging_target_path ${wish.stagingPath} is not a directory`);
  }
  return access.kind === "block" ? planStageBlock(wish, now) : planStageMount(wish, access, now);
}

function planStageBlock({ volume, readOnly }: StageWish, now: StageFacts): Plan | Refusal {
  const going = refuseDetaching(volume, readOnly ? now.volume.readOnlyDevice : now.volume.device);
  if (going !== undefined) return going;
  const steps: Step[] = [];
  // From here on a user may write what he likes, so nobody may ever take the volume for blank again.
  if (volume.filesystem.state === "none" || volume.filesystem.state === "started") {
    steps.push({
      do: "note-filesystem",
      volume: volume.id,
      filesystem: { state: "done", fsType: undefined, sharesId: false },
    });
  }
  return { steps: [...steps, ...connect(volume, now.volume, readOnly)] };
}

function planStageMount(wish: StageWish, access: StageAccess & { kind: "mount" }, now: StageFacts): Plan | Refusal {
  const { volume, stagingPath } = wish;
  const fsType = access.fsType ?? volume.fsType;
  if (fsType !== undefined && volume.fsType !== undefined && fsType !== volume.fsType) {
    return refuse("FAILED_PRECONDITION", `volume ${volume.id} has ${volume.fsType}, not ${fsType}`);
  }
  if (now.staging.mount?.isLost) return planRemount(wish, access, fsType, now, "is on a disk that is gone");
  const there = shownOnTopOf(stagingPath, now.staging, now.volume);
  if (now.staging.mount !== undefined && there === undefined) {
    return refuse("ALREADY_EXISTS", `staging_target_path ${stagingPath} holds ${now.staging.mount.description}`);
  }
  if (there === undefined) return planFirstMount(wish, access, fsType, now);
  if (!there.alive) return planRemount(wish, access, fsType, now, "has shut down");
  if (isLeftByWriter(wish, access.flags, there, now))
    return planRemount(wish, access, fsType, now, "is mounted for writing");
  if (there.readOnly && volume.filesystem.state === "started")
    return planRemount(wish, access, fsType, now, "is not finished and mounted read-only");
  const difference = differenceOf(there, fsType, access.flags, wish.readOnly);
  if (difference !== undefined) {
    return refuse("ALREADY_EXISTS", `volume ${volume.id} is staged at ${stagingPath} ${difference}`);
  }
  return { steps: finishStage(volume, there, now) };
}

/** What is still to be done where a crash came after the mount: the filesystem was made, and perhaps not yet grown. */
function finishStage(volume: NodeVolume, { path, fsType, readOnly }: ShownAt, { contents }: StageFacts): Step[] {
  const steps = volume.filesystem.state === "started" ? finishFormat(volume, volume.filesystem.fsType, path) : [];
  if (isFsType(fsType) && growsMounted(fsType) && !readOnly && isSmaller(contents, volume))
    steps.push({ do: "grow-mounted", device: deviceOf(volume.source), path, fsType });
  return steps;
}

/** What the volume shows at a path; not where something else lies on top of it. */
export const shownOnTopOf = (path: string, { mount }: PathFacts, volume: VolumeFacts): ShownAt | undefined =>
  mount?.isVolume ? volume.shownAt.find((shown) => shown.path === path) : undefined;

/** A reader's stage mounts for writing first; where a crash cut it off there, nobody has the volume yet. */
const isLeftByWriter = (
  { readOnly, stagingPath }: StageWish,
  flags: readonly string[],
  there: ShownAt,
  { volume }: StageFacts,
): boolean =>
  (readOnly || asksToRead(flags)) && !there.readOnly && volume.shownAt.every(({ path }) => path === stagingPath);

/**
 * What is mounted but answers with I/O errors has shut down; mounting it again helps once nobody holds it. So it does
 * where the mount is the rest of a crash, or shows a disk that was taken away.
 */
function planRemount(
  wish: StageWish,
  access: StageAccess & { kind: "mount" },
  fsType: FsType | undefined,
  now: StageFacts,
  why: string,
): Plan | Refusal {
  const others = now.volume.shownAt.filter(({ path }) => path !== wish.stagingPath).map(({ path }) => path);
  if (others.length > 0) {
    return refuse(
      "FAILED_PRECONDITION",
      `the filesystem of volume ${wish.volume.id} ${why} and is still published at ${others.join(", ")}`,
    );
  }
  const again = planFirstMount(wish, access, fsType, { ...now, volume: { ...now.volume, shownAt: [] } });
  if ("refused" in again) return again;
  const stale = now.staging.mount?.isLost ? now.staging.mount.depth : 1;
  const unmounts = Array.from({ length: stale }, (): Step => ({ do: "unmount", path: wish.stagingPath }));
  return { steps: [...unmounts, ...again.steps] };
}

function planFirstMount(
  wish: StageWish,
  access: StageAccess & { kind: "mount" },
  wanted: FsType | undefined,
  now: StageFacts,
): Plan | Refusal {
  const { volume, stagingPath } = wish;
  const going = refuseDetaching(volume, now.volume.device) ?? refuseDetaching(volume, now.volume.readOnlyDevice);
  if (going !== undefined) return going;
  const decision = decideFormat(volume, wanted, now);
  if ("refused" in decision) return decision;
  const { format, fsType } = decision;
  const steps: Step[] =
    now.staging.kind === "missing" ? [{ do: "make-directory", path: stagingPath, mode: 0o750 }] : [];

  const options = mountOptions(fsType, access.flags, wish.readOnly);
  if (wish.readOnly && isInUse(now)) steps.push(...mountForReading(volume, stagingPath, fsType, options, now.volume));
  else if (wish.readOnly || (asksToRead(options) && needsWriter(format, fsType, volume, now))) {
    // a reader cannot format, replay a log or grow, so a writer does so before, and goes
    steps.push(...mountForWriting(volume, stagingPath, fsType, format, mountOptions(fsType, [], false), now));
    steps.push({ do: "unmount", path: stagingPath });
    steps.push(...mountAfterWriter(wish, fsType, options, now.volume));
  } else steps.push(...mountForWriting(volume, stagingPath, fsType, format, options, now));
  return { steps };
}

const isInUse = (now: StageFacts): boolean => now.heldElsewhere || now.volume.shownAt.length > 0;

/** What must be done to a filesystem while it is mounted for writing. */
const needsWriter = (format: boolean, fsType: FsType, volume: NodeVolume, now: StageFacts): boolean =>
  format || (growsMounted(fsType) && isSmaller(now.contents, volume) && !isInUse(now));

/** A reader's device is read-only too. The flag `ro` is one of the mount alone. */
function mountAfterWriter(
  { volume, stagingPath: path, readOnly }: StageWish,
  fsType: FsType,
  options: readonly string[],
  now: VolumeFacts,
): Step[] {
  if (!readOnly) return [{ do: "mount", device: deviceOf(volume.source), path, fsType, options }];
  const steps: Step[] = volume.source.kind === "image" ? [{ do: "detach", image: volume.source }] : [];
  const detached = { ...now, device: undefined, readOnlyDevice: undefined };
  return [...steps, ...mountForReading(volume, path, fsType, options, detached)];
}

function mountForWriting(
  volume: NodeVolume,
  path: string,
  fsType: FsType,
  format: boolean,
  options: readonly string[],
  now: StageFacts,
): Step[] {
  const device = deviceOf(volume.source);
  const steps = connect(volume, now.volume, false);
  steps.push(...(format ? makeFilesystem(volume, device, fsType) : makeSound(volume, device, fsType, now)));
  steps.push({ do: "mount", device, path, fsType, options });
  if (format) steps.push(...finishFormat(volume, fsType, path));
  else if (growsMounted(fsType) && isSmaller(now.contents, volume) && !asksToRead(options))
    steps.push({ do: "grow-mounted", device, path, fsType });
  return steps;
}

function mountForReading(
  volume: NodeVolume,
  path: string,
  fsType: FsType,
  options: readonly string[],
  now: VolumeFacts,
): Step[] {
  return [...connect(volume, now, true), { do: "mount", device: deviceOf(volume.source, true), path, fsType, options }];
}

type FormatDecision = { readonly format: boolean; readonly fsType: FsType };

/** The one place that decides whether a filesystem may be made: never over anything that is not proven blank. */
function decideFormat(
  volume: NodeVolume,
  wanted: FsType | undefined,
  { contents, heldElsewhere }: StageFacts,
): FormatDecision | Refusal {
  const { filesystem } = volume;
  const holds = wordsFor(contents);
  const toMake = wanted ?? "ext4";
  const never = (reason: string) => refuse("FAILED_PRECONDITION", `volume ${volume.id} holds ${holds}; ${reason}`);
  switch (filesystem.state) {
    case "none":
    case "unrecorded":
      if (contents.kind === "blank") return makeUnlessHeld(toMake);
      if (filesystem.state === "none" || contents.kind !== "filesystem") return never("it is never formatted over");
      break;
    case "started":
      // a killed mkfs leaves its own type or nothing that blkid knows; nobody else has had the volume since
      if (contents.kind === "blank" || contents.kind === "unsigned") return makeUnlessHeld(filesystem.fsType);
      if (contents.kind === "filesystem" && contents.fsType === filesystem.fsType)
        return makeUnlessHeld(filesystem.fsType);
      return never(`a started ${filesystem.fsType} was expected, and it is never formatted over`);
    case "done":
      if (contents.kind !== "filesystem") return never("what was once written is never formatted over");
      break;
    default:
      return filesystem satisfies never;
  }
  if (wanted !== undefined && contents.fsType !== wanted)
    return never(`${wanted} was asked for, and it is never formatted over`);
  return { format: false, fsType: contents.fsType };

  function makeUnlessHeld(fsType: FsType): FormatDecision | Refusal {
    if (heldElsewhere)
      return refuse("ABORTED", `volume ${volume.id} is held by another program and cannot be formatted now`);
    return { format: true, fsType };
  }
}

function wordsFor(contents: Contents): string {
  switch (contents.kind) {
    case "blank":
      return "no filesystem";
    case "unsigned":
      return "data that is no filesystem";
    case "filesystem":
      return contents.fsType;
    case "other":
      return contents.description;
    default:
      return contents satisfies never;
  }
}

/** A device that is about to go is not attached, and a second one beside it would be taken for it. */
export function refuseDetaching({ id }: NodeVolume, device: AttachedDevice | undefined): Refusal | undefined {
  if (!device?.detaching) return undefined;
  return refuse("ABORTED", `volume ${id} is still being detached from ${device.path}, which a program has open`);
}

/** Attached, as large as the volume is, throttled as it should be. */
export function connect(volume: NodeVolume, now: VolumeFacts, readOnly: boolean): Step[] {
  const { source } = volume;
  if (source.kind !== "image") return [];
  const steps: Step[] = [];
  if (now.backing !== undefined && now.backing.sizeBytes < volume.sizeBytes) {
    steps.push({ do: "resize-image", path: source.file, sizeBytes: volume.sizeBytes });
  }
  const attached = readOnly ? now.readOnlyDevice : now.device;
  if (attached === undefined) steps.push({ do: "attach", source, readOnly });
  else if (attached.sizeBytes < volume.sizeBytes) steps.push({ do: "refresh-size", source });
  steps.push({ do: "set-limits", device: deviceOf(volume.source, readOnly), limits: volume.limits });
  return steps;
}

export const deviceOf = (source: Source, readOnly = false): DeviceRef =>
  source.kind === "image" ? { image: source.file, readOnly } : { path: source.path };

/** Looked after before the mount. What somebody else holds is mounted as it is. */
function makeSound(volume: NodeVolume, device: DeviceRef, fsType: FsType, now: StageFacts): Step[] {
  if (isInUse(now)) return [];
  const steps: Step[] = [];
  if (volume.filesystem.state === "done" && volume.filesystem.sharesId && fsType === "btrfs") {
    steps.push({ do: "give-new-id", device, fsType });
    steps.push({ do: "note-filesystem", volume: volume.id, filesystem: { state: "done", fsType, sharesId: false } });
  }
  steps.push({ do: "check", device, fsType });
  if (!growsMounted(fsType) && isSmaller(now.contents, volume)) steps.push({ do: "grow-unmounted", device, fsType });
  return steps;
}

function makeFilesystem(volume: NodeVolume, device: DeviceRef, fsType: FsType): Step[] {
  const again = volume.filesystem.state === "started";
  const steps: Step[] = [];
  if (volume.filesystem.state !== "unrecorded" && !again) {
    steps.push({ do: "note-filesystem", volume: volume.id, filesystem: { state: "started", fsType } });
  }
  steps.push({ do: "format", device, fsType, options: volume.mkfsOptions, discard: again });
  return steps;
}

/** Once, right after it was made: `initdb` and others refuse a mount point that is not empty. */
function finishFormat(volume: NodeVolume, fsType: FsType, path: string): Step[] {
  const steps: Step[] = fsType === "ext4" || fsType === "ext3" ? [{ do: "remove-lost-and-found", path }] : [];
  if (volume.filesystem.state !== "unrecorded") {
    steps.push({ do: "note-filesystem", volume: volume.id, filesystem: { state: "done", fsType, sharesId: false } });
  }
  return steps;
}

/** ext4 could grow mounted too; before the mount it needs no privilege that some hosts lack. */
const growsMounted = (fsType: FsType): boolean => fsType === "xfs" || fsType === "btrfs";

/** Filesystems count in blocks of up to 64 KiB; a smaller rest at the end is no growth. */
const isSmaller = (contents: Contents, volume: NodeVolume): boolean =>
  contents.kind === "filesystem" && contents.sizeBytes + 65536 <= volume.sizeBytes;

function mountOptions(fsType: FsType, flags: readonly string[], readOnly: boolean): readonly string[] {
  const options = [...flags];
  // a restored volume has its source's UUID, and both may be mounted at a time
  if (fsType === "xfs" && !options.includes("nouuid")) options.push("nouuid");
  if (readOnly && !asksToRead(options)) options.push("ro");
  return options;
}

/** mount(8): of options that contradict each other the last one counts. */
const asksToRead = (flags: readonly string[]): boolean =>
  flags.findLast((flag) => flag === "ro" || flag === "rw") === "ro";

/** How what is mounted differs from what is wished; undefined where it does not. */
export function differenceOf(
  there: ShownAt,
  fsType: FsType | undefined,
  flags: readonly string[],
  readOnly: boolean,
): string | undefined {
  if (fsType !== undefined && there.fsType !== fsType) return `as ${there.fsType}, not ${fsType}`;
  const reads = readOnly || asksToRead(flags);
  if (there.readOnly !== reads) return there.readOnly ? "read-only, not for writing" : "for writing, not read-only";
  const missing = flags.find((flag) => isVisible(flag) && !there.options.includes(flag));
  return missing === undefined ? undefined : `without the mount flag ${missing}`;
}

/** Options that the kernel lists in mountinfo as they were given. Others (defaults, synonyms) cannot be compared. */
const isVisible = (flag: string): boolean =>
  ["noatime", "nodiratime", "nodev", "nosuid", "noexec", "sync", "discard"].includes(flag);
