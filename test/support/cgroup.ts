import { mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { ThrottleTree } from "../../src/host/throttle.ts";

/** A control group as a container has one: whatever is limited at the root only does not reach it on cgroup v1. */
export interface Group {
  readonly path: string;
  /** Where a process writes its id to get in. */
  readonly door: string;
  remove(): void;
}

let count = 0;

export function childGroup({ root }: ThrottleTree): Group {
  count += 1;
  const path = join(root, `kura-test-${process.pid}-${count}`);
  mkdirSync(path);
  return { path, door: join(path, "cgroup.procs"), remove: () => removeGroup(path) };
}

/** Groups go by rmdir, inner ones first; what looks like files in them goes along. */
function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  rmdirSync(path);
}
