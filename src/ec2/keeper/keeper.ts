import type { BurntToken, InstanceRecord, SnapshotRecord, VolumeRecord } from "../world/records.ts";

/** Where the bytes of a new volume come from. */
export interface Origin {
  readonly kind: "snapshot" | "volume" | "file";
  /** A file's is its path. */
  readonly id: string;
}

export interface Kept {
  readonly volumes: readonly VolumeRecord[];
  readonly snapshots: readonly SnapshotRecord[];
  readonly instances: readonly InstanceRecord[];
  readonly burnt: readonly BurntToken[];
}

/**
 * Keeps what the world knows, and the bytes of volumes and snapshots. Each call resolves once nothing that happens to
 * this process can undo it: only then is a request answered.
 */
export interface Keeper {
  load(): Promise<Kept>;
  createVolume(volume: VolumeRecord, origin: Origin | undefined): Promise<void>;
  saveVolume(volume: VolumeRecord): Promise<void>;
  removeVolume(volume: VolumeRecord, burnt: BurntToken | undefined): Promise<void>;
  /** What is left of a volume that was removed long ago. */
  forgetToken(token: string): Promise<void>;
  /** All at one instant. */
  createSnapshots(snapshots: readonly SnapshotRecord[]): Promise<void>;
  saveSnapshot(snapshot: SnapshotRecord): Promise<void>;
  removeSnapshot(snapshot: SnapshotRecord): Promise<void>;
  saveInstance(instance: InstanceRecord): Promise<void>;
  close(): Promise<void>;
}

/** `--state memory`: no bytes, and nothing after the end. */
export const memoryKeeper = (): Keeper => ({
  load: async () => ({ volumes: [], snapshots: [], instances: [], burnt: [] }),
  createVolume: async () => {},
  saveVolume: async () => {},
  removeVolume: async () => {},
  forgetToken: async () => {},
  createSnapshots: async () => {},
  saveSnapshot: async () => {},
  removeSnapshot: async () => {},
  saveInstance: async () => {},
  close: async () => {},
});
