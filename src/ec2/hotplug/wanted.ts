import { type Performance, performanceOf } from "../limits/performance.ts";
import type { AttachmentRecord, VolumeRecord } from "../world/records.ts";
import { type Moment, shapeAt } from "../world/states.ts";
import type { World } from "../world/world.ts";

/** What is to be at an instance for one attachment. */
export interface Wanted {
  readonly volumeId: string;
  readonly instanceId: string;
  readonly device: string;
  /** `in`: the device is to be there. `stay`: whatever is there stays. `out`: it is to go, `forced` whoever uses it. */
  readonly wish: "in" | "stay" | "out" | "forced";
  readonly sizeBytes: number;
  readonly performance: Performance;
}

/** What is to be plugged in now at the instances that `isOurs` names. */
export function wantedOf(world: World, isOurs: (instanceId: string) => boolean, burstScale = 1): readonly Wanted[] {
  const moment = world.moment();
  return [...world.allVolumes(moment)].flatMap((volume) =>
    volume.attachments
      .filter(({ instanceId }) => isOurs(instanceId))
      .map((attachment) => wantedFor(volume, attachment, moment, burstScale)),
  );
}

const wantedFor = (volume: VolumeRecord, attachment: AttachmentRecord, moment: Moment, burstScale: number): Wanted => ({
  volumeId: volume.id,
  instanceId: attachment.instanceId,
  device: attachment.device,
  wish: wishFor(attachment, moment),
  sizeBytes: shapeAt(volume, moment.now).sizeGiB * 2 ** 30,
  performance: scaled(performanceOf(shapeAt(volume, moment.now)), burstScale),
});

/** A bucket lasts as long as the profile lets things last. */
const scaled = ({ limits, burst }: Performance, burstScale: number): Performance =>
  burst === undefined ? { limits } : { limits, burst: { ...burst, capacity: burst.capacity * burstScale } };

function wishFor({ attachedAt, stuckBy, detach }: AttachmentRecord, moment: Moment): Wanted["wish"] {
  const isStuck = (rule: string | undefined) => rule !== undefined && moment.isActive(rule);
  if (detach === undefined) return moment.now < attachedAt || isStuck(stuckBy) ? "stay" : "in";
  if (moment.now < detach.doneAt || isStuck(detach.stuckBy)) return "stay";
  return detach.force ? "forced" : "out";
}

/** When the next thing happens by itself: until then nobody has to look. */
export function nextMoment(world: World): number | undefined {
  const { now } = world;
  const times = [...world.allVolumes(world.moment())].flatMap(({ attachments, modifications }) => [
    ...attachments.flatMap(({ attachedAt, detach }) => [attachedAt, detach?.doneAt ?? 0]),
    modifications.at(-1)?.optimizingAt ?? 0,
  ]);
  const coming = times.filter((time) => time > now);
  return coming.length === 0 ? undefined : Math.min(...coming);
}
