import { join } from "node:path";
import { copiesOf } from "../host/files.ts";
import type { Step } from "../node/step.ts";
import type { Layout } from "./layout.ts";
import type { GroupRecord } from "./records.ts";

/**
 * What is left to do for a group whose record exists: its members appear under their own names, or, where it is being
 * deleted, go to the trash, and the record last. `present` are the names in the snapshots' folder.
 */
export function planGroupEnd(
  { id, members, deleting }: GroupRecord,
  present: ReadonlySet<string>,
  layout: Layout,
  trashFor: (path: string) => string,
): readonly Step[] {
  const steps: Step[] = [];
  for (const { snapshot, unfinished } of members) {
    const [name] = [snapshot, unfinished].filter((name) => present.has(name));
    if (name === undefined) continue;
    const from = join(layout.snapshots, name);
    if (deleting) steps.push({ do: "rename", from, to: trashFor(join(layout.snapshots, snapshot)) });
    else if (name === unfinished) steps.push({ do: "rename", from, to: join(layout.snapshots, snapshot) });
  }
  if (!deleting) return steps;
  // the first copy last: as long as it is there the group is still being deleted
  const [first, second] = copiesOf(join(layout.groups, `${id}.json`));
  return [...steps, { do: "remove-file", path: second }, { do: "remove-file", path: first }];
}
