import type { Filesystem, FsType, NodeVolume, Source } from "../node/volume.ts";
import type { HealthStatus, Parameters, PublishContext, Topology, VolumeId } from "./backend.ts";

/**
 * What a backend offers the node plugin: where the bytes of a volume are, and what is known of them. Formatting,
 * mounting and growing are the same for every backend and live in src/node.
 */
export interface NodeBackend {
  readonly name: string;
  /** The volume as this node knows it; undefined where there is none of that id. */
  find(volume: VolumeId, said: Said, signal: AbortSignal): Promise<NodeVolume | undefined>;
  /** Where its bytes are, even where nothing else of it can be read; undefined where there is none of that id. */
  locate(volume: VolumeId): Promise<Source | undefined>;
  /** Puts on record what became of the filesystem, durably. Never called for what is "unrecorded". */
  noteFilesystem(volume: VolumeId, filesystem: Filesystem): Promise<void>;
  info(signal: AbortSignal): Promise<NodeInfo>;
  /** Volumes are shown from where they lie, with nothing to be made ready before: no NodeStageVolume. */
  readonly unstaged?: true;
  /** What a volume takes, where the filesystem that shows it is not its own and cannot tell. */
  usage?(volume: VolumeId): Promise<DirectoryUsage | undefined>;
  /** What the backend knows to be wrong with the volume, beyond what the host shows. */
  health?(volume: VolumeId, signal: AbortSignal): Promise<readonly HealthStatus[]>;
  storageHealth?(signal: AbortSignal): Promise<readonly StorageHealth[]>;
}

/** What a call says of the volume that it names; later calls say less than the first. */
export interface Said {
  readonly publishContext?: PublishContext;
  readonly volumeContext?: Parameters;
  /** The filesystem that is asked for. */
  readonly fsType?: FsType | undefined;
  /** How large it has become: where a device may learn of that late, it is waited for. */
  readonly leastBytes?: number;
  /** The volume was made for this very call, so nobody attached it. */
  readonly inline?: true;
}

export interface DirectoryUsage {
  readonly totalBytes: number;
  /** Undefined until they were counted once. */
  readonly usedBytes: number | undefined;
}

export interface NodeInfo {
  readonly nodeId: string;
  readonly maxVolumes: number;
  readonly topology: Topology | undefined;
}

export interface StorageHealth {
  readonly status: "STORAGE_DEGRADED" | "STORAGE_UNREACHABLE";
  readonly reason: string;
  readonly message: string;
}
