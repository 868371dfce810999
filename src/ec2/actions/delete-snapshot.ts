import { defineAction, done } from "../action.ts";
import { parseSnapshotId } from "../world/ids.ts";

/** DeleteSnapshot: one that is still pending goes once it is whole. */
export const deleteSnapshot = defineAction<string>({
  name: "DeleteSnapshot",
  mutates: true,
  errors: ["InvalidParameterValue", "InvalidSnapshot.NotFound", "MissingParameter"],
  parse: (parameters) => parseSnapshotId(parameters.required("SnapshotId")),

  async run(id, { world, keeper }, { region }) {
    const snapshot = world.needSnapshot(id, region);
    world.snapshots.set({ ...snapshot, goneAt: Math.max(world.now, snapshot.completedAt) }, world.now);
    await keeper.removeSnapshot(snapshot);
    return done;
  },
});
