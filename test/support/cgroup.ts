import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { ThrottleTree } from "../../src/host/throttle.ts";

/** A control group as a container has one: what is limited at the root only does not reach it on cgroup v1. */
export interface Group {
  readonly path: string;
  /** Where a process writes its id to get in. */
  readonly door: string;
  remove(): void;
}

let count = 0;

/** One of a pod's: limited also where a Kubernetes runs beside, whose pods are then the only ones to be limited. */
export function podGroup({ root }: ThrottleTree): Group {
  const path = newPath(root);
  const pod = join(path, "kubepods", "pod");
  mkdirSync(pod, { recursive: true });
  return { path: pod, door: join(pod, "cgroup.procs"), remove: () => removeGroup(path) };
}

function newPath(root: string): string {
  count += 1;
  return join(root, `kura-test-${process.pid}-${count}`);
}

/** Groups go by rmdir, inner ones first; what looks like files in them goes along. */
function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  rmdirSync(path);
}
