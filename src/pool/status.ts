import type { CapacityState } from "./capacity.ts";
import type { Pool } from "./pool.ts";

/** A pool at a glance. */
export interface PoolStatus extends CapacityState {
  readonly root: string;
  readonly id: string;
  readonly reflink: boolean;
  readonly volumes: number;
  readonly snapshots: number;
  readonly groups: number;
  readonly unreadable: number;
  /** The largest volume that could be made now. */
  readonly roomThinBytes: number;
  readonly roomThickBytes: number;
}

export function statusOfPool({ id, layout, reflink, volumes, snapshots, groups, capacity }: Pool): PoolStatus {
  const unreadable = [volumes, snapshots, groups].reduce(
    (sum, store) => sum + [...store.all()].filter(({ state }) => state === "unreadable").length,
    0,
  );
  return {
    root: layout.root,
    id,
    reflink,
    volumes: volumes.size,
    snapshots: snapshots.size,
    groups: groups.size,
    unreadable,
    ...capacity.state(),
    roomThinBytes: capacity.roomFor(false),
    roomThickBytes: capacity.roomFor(true),
  };
}
