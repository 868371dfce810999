import { defineAction, done } from "../action.ts";
import { change, notYet } from "../world/change.ts";
import { parseSnapshotId } from "../world/ids.ts";

/** DeleteSnapshot: one that is still pending goes once it is whole. */
export const deleteSnapshot = defineAction<string>({
  name: "DeleteSnapshot",
  mutates: true,
  errors: ["InvalidParameterValue", "InvalidSnapshot.NotFound", "MissingParameter"],
  parse: (parameters) => parseSnapshotId(parameters.required("SnapshotId")),

  touches: (id) => [{ kind: "snapshot", id }],

  async run(id, { world, keeper, later }, { region }) {
    const snapshot = world.needSnapshot(id, region);
    if (snapshot.goneAt !== undefined) {
      // an earlier call may still be on its way to the disk
      await keeper.settled(id);
      return done;
    }
    const going = { ...snapshot, goneAt: notYet };
    await change(world.snapshots, { to: going, now: () => world.now }, () => keeper.removeSnapshot(snapshot));
    const goneAt = Math.max(world.now, snapshot.completedAt);
    world.snapshots.set({ ...snapshot, goneAt }, world.now);
    later(goneAt, async () => world.snapshots.delete(id, world.now));
    return done;
  },
});
