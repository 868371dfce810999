import type { Backend, VolumeId } from "../../backend/backend.ts";
import type { NodeBackend } from "../../backend/node-backend.ts";
import type { Host } from "../../node/host.ts";
import { isRefusal, type NoteFilesystem, type Plan, type Refusal } from "../../node/step.ts";
import { CsiError } from "../errors.ts";
import type { Paths } from "./paths.ts";

/** What the RPCs of a node work with. */
export interface NodeParts {
  readonly backend: Pick<Backend, "kinds" | "accessModes">;
  readonly node: NodeBackend;
  readonly host: Host;
  readonly paths: Paths;
}

/** Does what was planned, or refuses in the plan's words. */
export async function carryOut(plan: Plan | Refusal, { host, node }: NodeParts, signal: AbortSignal): Promise<void> {
  if (isRefusal(plan)) throw new CsiError(plan.refused, plan.reason);
  const note = ({ volume, filesystem }: NoteFilesystem) => node.noteFilesystem(volume as VolumeId, filesystem);
  await host.perform(plan, signal, note);
}
