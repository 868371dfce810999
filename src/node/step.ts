import type { Device, Filesystem, FsType, Image, Limits, Owner } from "./volume.ts";

/**
 * One change to the host. A plan is a list of these; an empty plan means: already done.
 *
 * Every step may be cut off by a crash before, in or after it, and the next plan, made from what the world then looks
 * like, goes on from there.
 */
export type Step =
  // files of a pool
  | { readonly do: "make-directory"; readonly path: string; readonly mode?: number }
  | { readonly do: "make-file"; readonly path: string }
  | { readonly do: "make-image"; readonly path: string; readonly sizeBytes: number; readonly allocate: boolean }
  | { readonly do: "clone-image"; readonly from: string; readonly to: string; readonly sizeBytes: number }
  | { readonly do: "reserve-image"; readonly path: string; readonly sizeBytes: number }
  | { readonly do: "resize-image"; readonly path: string; readonly sizeBytes: number }
  /** Byte by byte, holes kept. `gently`: slower, and those who use the same disk hardly feel it. */
  | {
      readonly do: "copy-image";
      readonly from: string;
      readonly to: string;
      readonly sizeBytes: number;
      readonly gently?: boolean;
    }
  | { readonly do: "copy-tree"; readonly from: string; readonly to: string }
  | { readonly do: "set-owner"; readonly path: string; readonly owner: Owner }
  /** `unread`: in a folder that nobody reads yet. */
  | { readonly do: "write-record"; readonly path: string; readonly record: object; readonly unread?: boolean }
  | { readonly do: "rename"; readonly from: string; readonly to: string }
  | { readonly do: "remove-file"; readonly path: string }
  // devices
  /** As a loop device. A disk is one already; on top of it, its readers get one of their own. */
  | { readonly do: "attach"; readonly source: Image | Device; readonly readOnly: boolean }
  | { readonly do: "detach"; readonly image: Image }
  | { readonly do: "detach-read-only"; readonly source: Image | Device }
  | { readonly do: "refresh-size"; readonly source: Image | Device }
  | { readonly do: "flush"; readonly device: DeviceRef }
  | { readonly do: "set-limits"; readonly device: DeviceRef; readonly limits: Limits }
  // filesystems
  | { readonly do: "note-filesystem"; readonly volume: string; readonly filesystem: Filesystem }
  | {
      readonly do: "format";
      readonly device: DeviceRef;
      readonly fsType: FsType;
      readonly options: readonly string[];
      readonly discard: boolean;
    }
  | { readonly do: "check"; readonly device: DeviceRef; readonly fsType: FsType }
  | { readonly do: "give-new-id"; readonly device: DeviceRef; readonly fsType: FsType }
  | { readonly do: "grow-unmounted"; readonly device: DeviceRef; readonly fsType: FsType }
  | { readonly do: "grow-mounted"; readonly device: DeviceRef; readonly path: string; readonly fsType: FsType }
  | {
      readonly do: "mount";
      readonly device: DeviceRef;
      readonly path: string;
      readonly fsType: FsType;
      readonly options: readonly string[];
    }
  | { readonly do: "remove-lost-and-found"; readonly path: string }
  /** Bounded: thawed after a while, whatever becomes of the rest. Otherwise it lasts until the plan thaws it. */
  | {
      readonly do: "freeze";
      readonly path: string;
      readonly bounded: boolean;
      /** Refused where somebody else has frozen it, who may thaw it at any time. */
      readonly ours: boolean;
      /** The file that says that we froze it, locked for as long as the freeze may still come. */
      readonly mark: string;
    }
  /** Fails when what we froze was thawed in between. */
  | { readonly do: "require-frozen"; readonly path: string }
  /** Only what this process froze, unless `anyones`: after a crash the marks on disk say what we froze. */
  | { readonly do: "thaw"; readonly path: string; readonly anyones: boolean }
  // paths of the CO
  /** With the options that the mount at `from` has now. */
  | { readonly do: "bind"; readonly from: string; readonly to: string }
  /** Options of this mount alone, whatever the filesystem below has. Copies that others have of it do not change. */
  | { readonly do: "remount"; readonly path: string; readonly options: readonly string[] }
  | { readonly do: "bind-device"; readonly device: DeviceRef; readonly to: string }
  | { readonly do: "unmount"; readonly path: string }
  | { readonly do: "remove-target"; readonly path: string };

/**
 * A device by what it shows (an image, or a disk that readers get in another device), since the number of a loop device
 * is only known once it is attached.
 */
export type DeviceRef = { readonly image: string; readonly readOnly: boolean } | { readonly path: string };

export type StepKind = Step["do"];
export type NoteFilesystem = Extract<Step, { do: "note-filesystem" }>;

/** Steps in order, and what must happen after them whether they succeed or fail (a thaw). */
export interface Plan {
  readonly steps: readonly Step[];
  readonly finally?: readonly Step[];
}

/** What cannot be done, as the caller is to hear it. */
export interface Refusal {
  readonly refused:
    | "ALREADY_EXISTS"
    | "FAILED_PRECONDITION"
    | "INVALID_ARGUMENT"
    | "NOT_FOUND"
    | "ABORTED"
    | "INTERNAL";
  readonly reason: string;
}

export const refuse = (refused: Refusal["refused"], reason: string): Refusal => ({ refused, reason });
export const isRefusal = (plan: Plan | Refusal): plan is Refusal => "refused" in plan;
