import type { Ec2 } from "../action.ts";
import { change } from "../world/change.ts";
import type { VolumeRecord } from "../world/records.ts";

/** What a volume is from here on. */
export async function saveVolume(volume: VolumeRecord, { world, keeper, onChange }: Ec2): Promise<void> {
  try {
    await change(world.volumes, { to: volume, now: () => world.now }, () => keeper.saveVolume(volume));
  } finally {
    onChange();
  }
}
