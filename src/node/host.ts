import type { NoteFilesystem, Plan } from "./step.ts";
import type { FsType, Source } from "./volume.ts";

/** The port through which plans see and change the machine. `src/host` implements it on Linux. */
export interface Host {
  /** What is true of the volume and of the given paths, read in one go. Changes nothing. */
  observe<Path extends string>(
    source: Source,
    paths: Readonly<Record<Path, string>>,
    signal: AbortSignal,
  ): Promise<Observation<Path>>;
  /**
   * Whether a device of the volume is held by somebody whom this mount namespace does not show. To see that, the device
   * is opened alone for a moment, and mkfs and mount fail on it meanwhile: ask only what nobody else may work on.
   */
  isHeldElsewhere(source: Source, signal: AbortSignal): Promise<boolean>;
  /** What the volume holds, asked of its bytes. */
  probe(source: Source, signal: AbortSignal): Promise<Contents>;
  /** Does the steps in order and stops at the first that fails. `note` keeps the backend's record of a filesystem. */
  perform(plan: Plan, signal: AbortSignal, note?: (step: NoteFilesystem) => Promise<void>): Promise<void>;
  usageOf(path: string, signal: AbortSignal): Promise<Usage>;
  /** Where a path really leads, symbolic links followed as far as it exists. */
  realPath(path: string): Promise<string>;
  /** Whether the path itself, its last name, is a symbolic link. */
  isLink(path: string): Promise<boolean>;
}

export interface Observation<Path extends string> {
  readonly volume: VolumeFacts;
  readonly paths: Readonly<Record<Path, PathFacts>>;
}

export interface VolumeFacts {
  /** The backing file or directory; undefined where it is gone, or where there is none (a device of somebody else's). */
  readonly backing: { readonly sizeBytes: number; readonly allocatedBytes: number } | undefined;
  /** The volume as a device, for writing; undefined while it is not attached. */
  readonly device: AttachedDevice | undefined;
  /** A second device on the same image, for reading only. */
  readonly readOnlyDevice: AttachedDevice | undefined;
  /** Where this mount namespace shows the whole volume: a filesystem's root, a directory or a device node. */
  readonly shownAt: readonly ShownAt[];
}

export interface AttachedDevice {
  readonly path: string;
  readonly sizeBytes: number;
  /** It goes as soon as whoever has it open closes it, and its number is another volume's then. */
  readonly detaching: boolean;
}

export interface ShownAt {
  readonly path: string;
  readonly as: "filesystem" | "directory" | "device";
  readonly readOnly: boolean;
  /** The mount's type and options, as the kernel lists them. */
  readonly fsType: string;
  readonly options: readonly string[];
  /** False when the kernel answers with an I/O error there: the filesystem has shut down. */
  readonly alive: boolean;
}

export interface PathFacts {
  readonly kind: "missing" | "directory" | "file" | "other";
  /** Whether something is mounted exactly there, and what. */
  readonly mount: PathMount | undefined;
}

export interface PathMount {
  /** Whether it is this volume, in whole. Anything else is none of our business. */
  readonly isVolume: boolean;
  /** The disk that it shows is gone from this machine, whosever it was: there is nothing behind it any more. */
  readonly isLost: boolean;
  readonly description: string;
  /** How many mounts of this volume, or of that lost disk, lie on top of each other there, nothing else between them. */
  readonly depth: number;
}

export type Contents =
  | { readonly kind: "blank" }
  /** Bytes that bear no signature of anything: a user's raw blocks, or what a killed mkfs left. */
  | { readonly kind: "unsigned" }
  | { readonly kind: "filesystem"; readonly fsType: FsType; readonly sizeBytes: number }
  | { readonly kind: "other"; readonly description: string };

export interface Usage {
  readonly bytes: { readonly total: number; readonly used: number; readonly available: number };
  /** Undefined where the filesystem does not count them (btrfs). */
  readonly inodes: { readonly total: number; readonly used: number; readonly available: number } | undefined;
}
