import type { LinuxHost } from "../../host/linux-host.ts";
import type { Source } from "../../node/volume.ts";
import type { Pool } from "../../pool/pool.ts";
import type { VolumeRecord } from "../../pool/records.ts";
import type { OpenCreation, Parameters, Topology, VolumeSpec, Volumes } from "../backend.ts";
import type { Copies } from "./copies.ts";
import type { NodeLimit } from "./node-limit.ts";

/** Where a local backend keeps its volumes, and for whom. */
export interface LocalParts {
  readonly pool: Pool;
  readonly host: LinuxHost;
  readonly nodeId: string;
  readonly topology: Topology;
  readonly limit: NodeLimit;
  /** Whether ControllerPublishVolume must come before a node may use a volume. */
  readonly attach: boolean;
  readonly now: () => Date;
  readonly copies: Copies;
}

/** What every part of a local backend works with. */
export interface LocalContext extends LocalParts {
  readonly medium: Medium;
}

/** What the bytes of a volume are, an image or a directory: the one thing in which the local backends differ. */
export interface Medium {
  readonly type: "loop" | "hostpath";
  complete(open: OpenCreation): Awaited<ReturnType<Volumes["complete"]>>;
  sourceOf(record: Pick<VolumeRecord, "id" | "sectorBytes" | "parameters">): Source;
  /** What the record of a new volume says of its bytes. */
  bytesOf(spec: VolumeSpec): Pick<VolumeRecord, "sectorBytes" | "filesystem">;
  /** Puts the bytes of a new volume at `data`. */
  fill(spec: VolumeSpec, data: string, signal: AbortSignal): Promise<void>;
  /** Whether a copy takes as long as there are bytes: where blocks are shared it is made at once. */
  readonly copiesSlowly: boolean;
  /** Whether a volume must stay as it is while it is copied. */
  readonly copiesWhatIsStill: boolean;
  /** Throws where the volume cannot be copied as it is now. */
  requireCopy(volume: VolumeRecord, signal: AbortSignal): Promise<void>;
  /** Copies a volume as it is now. */
  copy(volume: VolumeRecord, to: string, signal: AbortSignal): Promise<void>;
  /** Where only what is still can be copied: volumes in use, which are made to be still for as long as it takes. */
  readonly held?: HeldCopy;
}

export interface HeldCopy {
  /** Whether that is asked for, and this volume is in use and can be held. */
  suits(volume: VolumeRecord, parameters: Parameters, signal: AbortSignal): Promise<boolean>;
  copy(volume: VolumeRecord, to: string, signal: AbortSignal): Promise<void>;
}
