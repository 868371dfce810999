import { type AskedShape, shapeOf } from "../limits/volume-shape.ts";
import type { Parameters } from "../wire/parameters.ts";

/** What a new volume is asked to be. Without a size it is as large as what it is made from. */
export interface NewShape {
  readonly shape: Omit<AskedShape, "sizeGiB">;
  readonly sizeGiB: number | undefined;
}

/** Where the size is said, what is wrong with the whole is too. */
export function readShape(parameters: Parameters): NewShape {
  const shape = {
    // EC2's own default, whatever drivers take for theirs
    type: parameters.text("VolumeType") ?? "gp2",
    iops: parameters.integer("Iops"),
    throughputMiB: parameters.integer("Throughput"),
    multiAttach: parameters.boolean("MultiAttachEnabled") ?? false,
  };
  const sizeGiB = parameters.integer("Size");
  if (sizeGiB !== undefined) shapeOf({ ...shape, sizeGiB });
  return { shape, sizeGiB };
}
