import { only } from "../read/filters.ts";
import type { VolumeRecord } from "../world/records.ts";
import type { Moment } from "../world/states.ts";
import { noSuchVolumes, type World } from "../world/world.ts";
import { regionOf } from "../world/zones.ts";

/** Those of these ids, each of which must be there; or all, where none are named. In the order of ids. */
export function pickVolumes(
  world: World,
  ids: readonly string[],
  region: string,
  moment: Moment,
): Iterable<VolumeRecord> {
  const isHere = ({ zone }: VolumeRecord) => regionOf(zone) === region;
  if (ids.length === 0) return only(world.allVolumes(moment), isHere);
  const found = [...new Set(ids)]
    .sort()
    .flatMap((id) => world.findVolume(id, moment) ?? [])
    .filter(isHere);
  const absent = ids.filter((id) => !found.some((volume) => volume.id === id));
  if (absent.length > 0) throw noSuchVolumes(absent);
  return found;
}
