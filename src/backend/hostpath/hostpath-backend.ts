import type { AccessMode, Backend, SizeRules } from "../backend.ts";
import { localAttachments } from "../local/attachments.ts";
import { localCapacity } from "../local/capacity.ts";
import type { LocalContext, LocalParts } from "../local/context.ts";
import { enlarge } from "../local/enlarge.ts";
import { needVolume, volumeOf } from "../local/entries.ts";
import { localHealth } from "../local/health.ts";
import { readinessOf } from "../local/readiness.ts";
import { localSnapshots } from "../local/snapshots.ts";
import { localVolumes } from "../local/volumes.ts";
import { hostpathMedium } from "./medium.ts";
import { hostpathParameterRules } from "./parameters.ts";

/**
 * Volumes as directories in a pool on this node. No raw blocks, no limits on I/O, no changed blocks, and no snapshots of
 * several volumes at one instant: what is missing here is not advertised.
 */
export function hostpathBackend(parts: LocalParts): Backend {
  const context: LocalContext = { ...parts, medium: hostpathMedium(parts) };
  return {
    name: "hostpath",
    sizes,
    kinds: new Set(["mount"]),
    accessModes,
    hasTopology: true,
    parameters: hostpathParameterRules,
    volumes: localVolumes(context),
    ...(context.attach ? { attachments: localAttachments(context) } : {}),
    expansion: {
      grow: async (id, sizeBytes, signal) =>
        volumeOf(await enlarge(context, needVolume(context.pool, id), sizeBytes, signal), context),
      nodeMustAct: () => false,
    },
    snapshots: localSnapshots(context),
    cloning: { sources: new Set(["volume", "snapshot"]) },
    capacity: localCapacity(context, sizes, () => sizes.minimumBytes),
    health: localHealth(context, async () => async () => []),
    ready: readinessOf(context.pool),
  };
}

/** Any size, for it is a promise of the pool's and nothing that the kernel would hold. */
const sizes: SizeRules = {
  minimumBytes: 1,
  maximumBytes: Number.MAX_SAFE_INTEGER,
  stepBytes: 1,
  defaultBytes: 2 ** 30,
};

/** One node holds the volume, and any number of its pods may write: "many nodes" are then many pods of this one. */
const accessModes: ReadonlySet<AccessMode> = new Set<AccessMode>([
  "SINGLE_NODE_WRITER",
  "SINGLE_NODE_READER_ONLY",
  "SINGLE_NODE_SINGLE_WRITER",
  "SINGLE_NODE_MULTI_WRITER",
  "MULTI_NODE_READER_ONLY",
  "MULTI_NODE_SINGLE_WRITER",
  "MULTI_NODE_MULTI_WRITER",
]);
