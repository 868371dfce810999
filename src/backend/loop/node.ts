import { localNode } from "../local/node.ts";
import type { NodeBackend } from "../node-backend.ts";
import type { LoopContext } from "./context.ts";
import { examineLoops } from "./health.ts";
import { imageOfVolume } from "./image.ts";
import { limitsOf } from "./limits.ts";

/** The node's side of the loop backend: volumes as images. */
export const loopNode = (context: LoopContext): NodeBackend =>
  localNode(context, {
    name: "loop",
    sourceOf: (record) => imageOfVolume(context.pool, record),
    propertiesOf: ({ creation, parameters }) => ({
      fsType: creation.fsType,
      mkfsOptions: creation.parameters["mkfsoptions"]?.split(" ") ?? [],
      limits: limitsOf(parameters),
    }),
    examineAll: () => examineLoops(context),
  });
