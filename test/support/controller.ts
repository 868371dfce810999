import { controllerRpcs, groupControllerRpcs } from "../../src/csi/rpcs.ts";
import { type MemoryOptions, memoryBackend } from "../fakes/memory-backend.ts";
import { mount } from "./access.ts";
import { caller } from "./call.ts";

export interface VolumeAnswer {
  readonly volume: { readonly volumeId: string; readonly capacityBytes: string };
}
export interface SnapshotAnswer {
  readonly snapshot: { readonly snapshotId: string; readonly sizeBytes: string };
}
export interface GroupAnswer {
  readonly groupSnapshot: {
    readonly groupSnapshotId: string;
    readonly snapshots: readonly { readonly snapshotId: string; readonly groupSnapshotId: string }[];
  };
}

/** The controller of a backend in memory, called as over the wire. */
export function controller(options: MemoryOptions = {}) {
  const backend = memoryBackend(options);
  const call = caller([...controllerRpcs(backend), ...groupControllerRpcs(backend)], 50);
  const create = (request: object = {}) =>
    call<VolumeAnswer>("CreateVolume", { name: "pvc-1", volumeCapabilities: [mount()], ...request });
  const snapshot = (sourceVolumeId: string, request: object = {}) =>
    call<SnapshotAnswer>("CreateSnapshot", { name: "snap-1", sourceVolumeId, ...request });
  return { backend, state: backend.state, call, create, snapshot };
}

/** A size as it is asked for. */
export const required = (requiredBytes: number, limitBytes = 0) => ({ capacityRange: { requiredBytes, limitBytes } });
