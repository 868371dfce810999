/** A volume as a node sees it: where its bytes are and what is known of them. The words of every plan. */
export interface NodeVolume {
  readonly id: string;
  readonly source: Source;
  readonly sizeBytes: number;
  readonly filesystem: Filesystem | Unrecorded;
  /** How it may be used, where that is known. */
  readonly kinds: ReadonlySet<"block" | "mount"> | undefined;
  /** The filesystem that the volume was made for. */
  readonly fsType: FsType | undefined;
  readonly mkfsOptions: readonly string[];
  readonly limits: Limits;
  /** Attached for reading only. */
  readonly readOnly: boolean;
}

export const fsTypes = ["ext4", "ext3", "xfs", "btrfs"] as const;
export type FsType = (typeof fsTypes)[number];
export const isFsType = (name: string): name is FsType => (fsTypes as readonly string[]).includes(name);

/** Where the bytes are. An image becomes a device by attaching it. */
export type Source = Image | Device | Directory;

export interface Image {
  readonly kind: "image";
  readonly file: string;
  readonly sectorBytes: number;
  /** Whether space that the user trims is given back: not for volumes that were promised in full. */
  readonly discard: boolean;
}

export interface Device {
  readonly kind: "device";
  readonly path: string;
}

export interface Directory {
  readonly kind: "directory";
  readonly path: string;
}

/** What the loop device of a volume shows. */
export const fileOf = (source: Image | Device): string => (source.kind === "image" ? source.file : source.path);

/** Whose a directory is. What is undefined stays as it is. */
export interface Owner {
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Permission bits. */
  readonly mode: number | undefined;
}

/**
 * What is on record of the filesystem. `none`: the volume was born blank and never shown to anybody. `started`: mkfs
 * ran, perhaps not to its end. `done`: there is one, or whatever a user wrote; never make another.
 */
export type Filesystem =
  | { readonly state: "none" }
  | { readonly state: "started"; readonly fsType: FsType }
  | {
      readonly state: "done";
      /** Undefined: raw blocks, of which only the device itself can tell. */
      readonly fsType: FsType | undefined;
      /** A copy that must get an id of its own before its first mount (btrfs). */
      readonly sharesId: boolean;
    };

/** Nobody keeps a record: the device itself must be asked, and is never formatted unless proven blank. */
export interface Unrecorded {
  readonly state: "unrecorded";
}

/** Per second; undefined: as fast as the device goes. */
export interface Limits {
  readonly iops: number | undefined;
  readonly throughputBytes: number | undefined;
}

export const noLimits: Limits = { iops: undefined, throughputBytes: undefined };
