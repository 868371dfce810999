import type { AccessMode, Backend } from "../backend.ts";
import { localAttachments } from "../local/attachments.ts";
import { localCapacity } from "../local/capacity.ts";
import type { LocalContext } from "../local/context.ts";
import { localHealth } from "../local/health.ts";
import { readinessOf } from "../local/readiness.ts";
import { localSnapshots } from "../local/snapshots.ts";
import { localVolumes } from "../local/volumes.ts";
import { loopBlocks } from "./blocks/loop-blocks.ts";
import type { LoopContext } from "./context.ts";
import { loopExpansion } from "./expansion.ts";
import { loopGroups } from "./groups.ts";
import { examineLoops } from "./health.ts";
import { loopMedium } from "./medium.ts";
import { loopModification } from "./modification.ts";
import { loopParameterRules } from "./parameters.ts";
import { loopSizes, minimumBytesOf, sectorBytes } from "./sizes.ts";

/** Volumes as sparse images in a pool on this node. */
export function loopBackend(parts: LoopContext, poolIsExt: boolean): Backend {
  const context: LoopContext & LocalContext = { ...parts, medium: loopMedium(parts) };
  const sizes = loopSizes(poolIsExt);
  return {
    name: "loop",
    sizes,
    kinds: new Set(["mount", "block"]),
    accessModes,
    hasTopology: true,
    parameters: loopParameterRules,
    volumes: localVolumes(context),
    ...(context.attach ? { attachments: localAttachments(context) } : {}),
    expansion: loopExpansion(context),
    snapshots: localSnapshots(context),
    groups: loopGroups(context),
    cloning: { sources: new Set(["volume", "snapshot"]) },
    capacity: localCapacity(context, sizes, ({ fsType }) =>
      fsType === undefined ? sectorBytes : minimumBytesOf[fsType],
    ),
    modification: loopModification(context),
    blocks: loopBlocks(context),
    health: localHealth(context, () => examineLoops(context)),
    ready: readinessOf(context.pool),
  };
}

/** One node holds the volume. Many readers of "many nodes" are then many pods of this one. */
const accessModes: ReadonlySet<AccessMode> = new Set<AccessMode>([
  "SINGLE_NODE_WRITER",
  "SINGLE_NODE_READER_ONLY",
  "SINGLE_NODE_SINGLE_WRITER",
  "SINGLE_NODE_MULTI_WRITER",
  "MULTI_NODE_READER_ONLY",
]);
