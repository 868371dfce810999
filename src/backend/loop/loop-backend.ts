import type { AccessMode, Backend } from "../backend.ts";
import { loopAttachments } from "./attachments.ts";
import { loopCapacity } from "./capacity.ts";
import type { LoopContext } from "./context.ts";
import { loopExpansion } from "./expansion.ts";
import { loopGroups } from "./groups.ts";
import { loopHealth } from "./health.ts";
import { loopModification } from "./modification.ts";
import { loopParameterRules } from "./parameters.ts";
import { loopSizes } from "./sizes.ts";
import { loopSnapshots } from "./snapshots.ts";
import { loopVolumes } from "./volumes.ts";

/** Volumes as sparse images in a pool on this node. */
export const loopBackend = (context: LoopContext, poolIsExt: boolean): Backend => ({
  name: "loop",
  sizes: loopSizes(poolIsExt),
  kinds: new Set(["mount", "block"]),
  accessModes,
  hasTopology: true,
  parameters: loopParameterRules,
  volumes: loopVolumes(context),
  ...(context.attach ? { attachments: loopAttachments(context) } : {}),
  expansion: loopExpansion(context),
  snapshots: loopSnapshots(context),
  groups: loopGroups(context),
  cloning: { sources: new Set(["volume", "snapshot"]) },
  capacity: loopCapacity(context, poolIsExt),
  modification: loopModification(context),
  health: loopHealth(context),
  ready: readinessOf(context.pool),
});

/** One node holds the volume. Many readers of "many nodes" are then many pods of this one. */
const accessModes: ReadonlySet<AccessMode> = new Set<AccessMode>([
  "SINGLE_NODE_WRITER",
  "SINGLE_NODE_READER_ONLY",
  "SINGLE_NODE_SINGLE_WRITER",
  "SINGLE_NODE_MULTI_WRITER",
  "MULTI_NODE_READER_ONLY",
]);

/** Neither waits nor guesses: false until the pool is read, and an error where it could not be. */
function readinessOf({ loaded }: LoopContext["pool"]): Backend["ready"] {
  let state: boolean | { readonly error: unknown } = false;
  loaded.then(
    () => {
      state = true;
    },
    (error: unknown) => {
      state = { error };
    },
  );
  return async () => {
    if (typeof state === "object") throw state.error;
    return state;
  };
}
