import type { Ec2 } from "../action.ts";
import type { VolumeRecord } from "../world/records.ts";

/** What a volume is from here on. Known at once, so that no other call decides on what was before; then kept. */
export async function saveVolume(volume: VolumeRecord, { world, keeper, onChange }: Ec2): Promise<void> {
  world.putVolume(volume);
  await keeper.saveVolume(volume);
  onChange();
}
