import { join } from "node:path";

/** Where things lie in a pool. */
export interface Layout {
  readonly root: string;
  readonly config: string;
  readonly lock: string;
  readonly volumes: string;
  readonly snapshots: string;
  readonly groups: string;
  readonly trash: string;
  /** One empty file for each volume whose filesystem is frozen right now. */
  readonly frozen: string;
}

export const layoutOf = (root: string): Layout => ({
  root,
  config: join(root, "pool.json"),
  lock: join(root, "lock"),
  volumes: join(root, "volumes"),
  snapshots: join(root, "snapshots"),
  groups: join(root, "groups"),
  trash: join(root, "trash"),
  frozen: join(root, "frozen"),
});

export const foldersOf = (layout: Layout): readonly string[] => [
  layout.volumes,
  layout.snapshots,
  layout.groups,
  layout.trash,
  layout.frozen,
];

/** What is being made has such a name until it is whole; whatever bears one when a driver starts is the rest of a crash. */
export const unfinishedPrefix = ".new-";

/** A pool in a file: the image lies beside the directory it is mounted on. */
export const imageOf = (root: string): string => `${root}.img`;

/** Where a thing is made before it appears under its name. */
export const unfinishedName = (id: string): string => `${unfinishedPrefix}${id}`;

/** The bytes of a volume or snapshot. */
export const dataIn = (folder: string): string => join(folder, "data");
