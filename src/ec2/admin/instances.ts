import type { Ec2 } from "../action.ts";
import { change } from "../world/change.ts";
import type { InstanceRecord } from "../world/records.ts";

/** An instance runs from the moment it is named. Naming it again as it is changes nothing. */
export async function addInstance(
  { id, type, zone }: Pick<InstanceRecord, "id" | "type" | "zone">,
  { world, keeper }: Ec2,
): Promise<InstanceRecord> {
  const known = world.instances.get(id, world.now);
  if (known?.type === type && known.zone === zone) {
    // an earlier call may still be on its way to the disk
    await keeper.settled(id);
    return known;
  }
  const instance = { id, type, zone, launchedAt: known?.launchedAt ?? world.now, tags: known?.tags ?? {} };
  await change(world.instances, { to: instance, now: () => world.now }, () => keeper.saveInstance(instance));
  return instance;
}
