import { z } from "zod";
import type { Ec2 } from "../action.ts";
import { volumeBody } from "../bodies/volume.ts";
import { shapeOf } from "../limits/volume-shape.ts";
import { isVolumeId } from "../world/ids.ts";
import { isZone } from "../world/zones.ts";
import { AdminError } from "./admin-error.ts";

/** A volume under a chosen id, as manifests name one; with the bytes of a file where one is given. */
export const importWish = z.strictObject({
  id: z.string().refine(isVolumeId, "is not a volume's id, such as vol-0123456789abcdef0"),
  sizeGiB: z.number().int(),
  type: z.string(),
  zone: z.string().refine(isZone, "is not a zone, such as us-east-1a"),
  iops: z.number().int().optional(),
  throughput: z.number().int().optional(),
  encrypted: z.boolean().default(false),
  tags: z.record(z.string(), z.string()).default({}),
  from: z.string().startsWith("/", "is not an absolute path").optional(),
});

export async function importVolume(wish: z.infer<typeof importWish>, { world, keeper }: Ec2): Promise<object> {
  const { id, sizeGiB, type, zone, iops, throughput, encrypted, tags, from } = wish;
  if (world.findVolume(id) !== undefined) throw new AdminError(409, `the volume ${id} exists already`);
  const { now } = world;
  const volume = {
    id,
    zone,
    shape: shapeOf({ type, sizeGiB, iops, throughputMiB: throughput, multiAttach: false }),
    encrypted,
    tags,
    createdAt: now,
    availableAt: now,
    initializedAt: now,
    attachments: [],
    modifications: [],
  };
  world.putVolume(volume);
  world.hideVolume(id);
  try {
    await keeper.createVolume(volume, from === undefined ? undefined : { kind: "file", id: from });
  } catch (error) {
    world.forgetVolume(volume);
    throw error;
  }
  world.showVolume(id);
  return volumeBody(volume, world.moment());
}
