import type { Backend, VolumeId } from "../../backend/backend.ts";
import type { NodeBackend } from "../../backend/node-backend.ts";
import type { Host } from "../../node/host.ts";
import { isRefusal, type NoteFilesystem, type Plan, type Refusal } from "../../node/step.ts";
import { CsiError } from "../errors.ts";
import type { InlineRules } from "./inline.ts";
import type { Paths } from "./paths.ts";

/** What the RPCs of a node work with. */
export interface NodeParts {
  readonly backend: Backend;
  readonly node: NodeBackend;
  readonly host: Host;
  readonly paths: Paths;
  /** A path of the driver's own that was never given before. */
  readonly backstage: () => string;
  /** Absent: no inline volumes are offered. */
  readonly inline?: InlineRules;
}

/** Does what was planned, or refuses in the plan's words. */
export async function carryOut(plan: Plan | Refusal, { host, node }: NodeParts, signal: AbortSignal): Promise<void> {
  if (isRefusal(plan)) throw new CsiError(plan.refused, plan.reason);
  const note = ({ volume, filesystem }: NoteFilesystem) => node.noteFilesystem(volume as VolumeId, filesystem);
  await host.perform(plan, signal, note);
}
