import { defineAction, done } from "../action.ts";
import { refused } from "../error.ts";
import { burn, burnOf } from "../volumes/birth.ts";
import { change, notYet } from "../world/change.ts";
import { parseVolumeId } from "../world/ids.ts";
import { attachmentsOf, volumeState } from "../world/states.ts";

/** DeleteVolume: of a volume that nothing is attached to. Its client token is burnt from here on. */
export const deleteVolume = defineAction<string>({
  name: "DeleteVolume",
  mutates: true,
  errors: ["IncorrectState", "InvalidParameterValue", "InvalidVolume.NotFound", "MissingParameter", "VolumeInUse"],
  parse: (parameters) => parseVolumeId(parameters.required("VolumeId")),

  touches: (id) => [{ kind: "volume", id }],

  async run(id, ec2, { region }) {
    const { world, keeper, durations, later } = ec2;
    const volume = world.needVolume(id, region);
    const moment = world.moment();
    const [attachment] = attachmentsOf(volume, moment);
    if (attachment !== undefined)
      throw refused("VolumeInUse", `Volume ${id} is currently attached to ${attachment.record.instanceId}`);
    const state = volumeState(volume, moment);
    if (state === "creating") throw refused("IncorrectState", `Volume '${id}' is in the '${state}' state.`);
    if (state === "deleting") {
      // an earlier call may still be on its way to the disk
      await keeper.settled(id);
      return done;
    }
    const goneAt = world.now + durations.deleteVolume;
    const burnt = burnOf({ ...volume, goneAt });
    const going = { ...volume, goneAt: notYet };
    await change(world.volumes, { to: going, now: () => world.now }, () => keeper.removeVolume(volume, burnt));
    world.putVolume({ ...volume, goneAt });
    if (burnt !== undefined) burn(burnt, ec2);
    later(goneAt, async () => world.volumes.delete(id, world.now));
    return done;
  },
});
