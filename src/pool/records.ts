import type { Filesystem, FsType } from "../node/volume.ts";

/** What the pool keeps of a volume, in `volumes/<id>/volume.json`. */
export interface VolumeRecord {
  readonly id: string;
  readonly createdAt: string;
  /** The request that made it, in normal form: what a repeated Create is compared with. */
  readonly creation: CreationRecord;
  /** The PersistentVolumeClaim it was made for, where that is known. */
  readonly claim?: { readonly namespace: string; readonly name: string } | undefined;
  readonly sizeBytes: number;
  /** As they are now; `creation` keeps how they began. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly sectorBytes: number;
  readonly filesystem: Filesystem;
  readonly attachments: readonly AttachmentRecord[];
}

export interface CreationRecord {
  readonly name: string;
  readonly sizeBytes: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly kinds: readonly ("block" | "mount")[];
  readonly fsType: FsType | undefined;
  readonly source: { readonly kind: "snapshot" | "volume"; readonly id: string } | undefined;
}

export interface AttachmentRecord {
  readonly node: string;
  readonly readOnly: boolean;
  /** The capability in normal form, for comparison. */
  readonly capability: string;
}

/** What the pool keeps of a snapshot, in `snapshots/<id>/snapshot.json`. */
export interface SnapshotRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly source: string;
  readonly sizeBytes: number;
  /** The source's, for the volumes that are made from it. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly kinds: readonly ("block" | "mount")[];
  readonly fsType: FsType | undefined;
  readonly filesystem: Filesystem;
  readonly sectorBytes: number;
  readonly group: string | undefined;
  /** Set until all of it was copied, where blocks cannot be shared. */
  readonly copying?: true;
}

/** What the pool keeps of a group of snapshots, in `groups/<id>.json`. Its writing is what makes the group exist. */
export interface GroupRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly members: readonly GroupMember[];
  /** Set when it is being deleted: what is left of it goes, now or after a restart. */
  readonly deleting: boolean;
}

export interface GroupMember {
  readonly snapshot: string;
  readonly source: string;
  /** The name of the folder in which the member waits until the group exists. */
  readonly unfinished: string;
}

/** Enough is looked at to trust the types: the checksum has already shown that it is what we wrote. */
export const parseVolumeRecord = (body: object): VolumeRecord => {
  need(body, ["id", "createdAt", "sizeBytes", "creation", "parameters", "sectorBytes", "filesystem", "attachments"]);
  need((body as VolumeRecord).creation, ["name", "sizeBytes", "parameters", "kinds"]);
  return body as VolumeRecord;
};

export const parseSnapshotRecord = (body: object): SnapshotRecord => {
  need(body, ["id", "name", "createdAt", "source", "sizeBytes", "parameters", "kinds", "filesystem", "sectorBytes"]);
  return body as SnapshotRecord;
};

export const parseGroupRecord = (body: object): GroupRecord => {
  need(body, ["id", "name", "createdAt", "parameters", "members", "deleting"]);
  return body as GroupRecord;
};

function need(body: object, fields: readonly string[]): void {
  const missing = fields.find((field) => !(field in body));
  if (missing !== undefined) throw new Error(`${missing} is missing`);
}
