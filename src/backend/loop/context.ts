import type { LinuxHost } from "../../host/linux-host.ts";
import type { FsType } from "../../node/volume.ts";
import type { Pool } from "../../pool/pool.ts";
import type { Topology } from "../backend.ts";

/** What every part of the loop backend works with. */
export interface LoopContext {
  readonly pool: Pool;
  readonly host: LinuxHost;
  readonly nodeId: string;
  readonly topology: Topology;
  readonly defaultFs: FsType;
  readonly maxVolumes: number;
  /** Whether ControllerPublishVolume must come before a node may use a volume. */
  readonly attach: boolean;
  readonly now: () => Date;
}
