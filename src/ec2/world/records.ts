import type { VolumeShape } from "../limits/volume-shape.ts";

/**
 * What is kept of each thing, in memory and on disk. Times are milliseconds since 1970, and say when something begins
 * to be so: what state a thing is in follows from its record and the clock, so nothing has to happen for it to change,
 * and a simulator that was killed goes on where it was.
 */
export interface VolumeRecord {
  readonly id: string;
  readonly zone: string;
  /** As it was created; the last modification tells what it is since. */
  readonly shape: VolumeShape;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly snapshotId?: string | undefined;
  readonly sourceVolumeId?: string | undefined;
  readonly initializationRate?: number | undefined;
  readonly tags: Tags;
  readonly createdAt: number;
  readonly availableAt: number;
  /** Its blocks have all arrived. */
  readonly initializedAt: number;
  readonly token?: ClientToken | undefined;
  readonly attachments: readonly AttachmentRecord[];
  /** Those of the last 24 hours, and the last one of all. */
  readonly modifications: readonly ModificationRecord[];
  readonly lastSnapshotAt?: number | undefined;
  /** It ceases to exist then. */
  readonly goneAt?: number | undefined;
  /** It never becomes available, and then ceases to exist: what a key that may not be used makes of a volume. */
  readonly vanishes?: boolean | undefined;
  /** Why it comes to nothing: instead of available it is in `error`. */
  readonly failure?: string | undefined;
}

export type Tags = Readonly<Record<string, string>>;

/** The same token with the same request names the same volume; with any other request it is a mistake. */
export interface ClientToken {
  readonly token: string;
  readonly fingerprint: string;
}

export interface AttachmentRecord {
  readonly instanceId: string;
  readonly device: string;
  readonly askedAt: number;
  readonly attachedAt: number;
  /** The rule that keeps it from getting on, as long as that is there. */
  readonly stuckBy?: string | undefined;
  readonly detach?: DetachRecord | undefined;
}

export interface DetachRecord {
  readonly doneAt: number;
  readonly force: boolean;
  readonly stuckBy?: string | undefined;
}

export interface ModificationRecord {
  readonly startedAt: number;
  /** The new figures hold from here on. */
  readonly optimizingAt: number;
  readonly completedAt: number;
  readonly from: VolumeShape;
  readonly to: VolumeShape;
  /** Why it comes to nothing: the volume stays as it was. */
  readonly failure?: string | undefined;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly region: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly kmsKeyId?: string | undefined;
  readonly tags: Tags;
  readonly startedAt: number;
  readonly completedAt: number;
  readonly goneAt?: number | undefined;
  /** Why it comes to nothing: instead of completed it is in `error`. */
  readonly failure?: string | undefined;
}

export interface InstanceRecord {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  readonly launchedAt: number;
  readonly tags: Tags;
}

/** What remains of a deleted volume: a token that was used for it is burnt. */
export interface BurntToken extends ClientToken {
  readonly volumeId: string;
  readonly burntAt: number;
}
