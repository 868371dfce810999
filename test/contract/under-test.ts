import type { Backend, NodeId, Volume, VolumeId, VolumeSpec } from "../../src/backend/backend.ts";
import type { NodeBackend } from "../../src/backend/node-backend.ts";

/** Both ports of one backend, and how to take it away. */
export interface BackendUnderTest extends AsyncDisposable {
  readonly backend: Backend;
  readonly node: NodeBackend;
}

export const signal = new AbortController().signal;

let count = 0;
/** A name that nothing bears yet. */
export const newName = (): string => `pvc-${++count}`;

/** Makes a volume as CreateVolume does: the backend says what is left open. */
export async function makeVolume({ volumes, sizes, kinds }: Backend, wish: Partial<VolumeSpec> = {}): Promise<Volume> {
  const open = {
    kinds: [...kinds].slice(0, 1),
    fsType: undefined,
    source: undefined,
    parameters: {},
    ...wish,
  };
  const { fsType, minimumBytes } = await volumes.complete(open, signal);
  const least = Math.max(minimumBytes, sizes.minimumBytes, 16 * 2 ** 20);
  const sizeBytes = Math.ceil(least / sizes.stepBytes) * sizes.stepBytes;
  return volumes.create({ name: newName(), sizeBytes, places: undefined, ...open, fsType, ...wish }, signal);
}

export const aNodeIn = async (node: NodeBackend): Promise<NodeId> => (await node.info(signal)).nodeId as NodeId;

export const unknownVolume = "ffffffff-00000000000000000000-000000" as VolumeId;
