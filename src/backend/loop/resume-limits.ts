import type { LoopContext } from "./context.ts";
import { imageOfVolume } from "./image.ts";
import { limitsOf } from "./limits.ts";

/** After a restart the kernel still enforces what it was told, but only we can tell it of containers that come. */
export async function resumeLimits({ pool, host }: LoopContext): Promise<void> {
  const loops = await host.loops.list();
  if (loops.length === 0) return;
  for (const entry of pool.volumes.all()) {
    if (entry.state === "unreadable") continue;
    const limits = limitsOf(entry.record.parameters);
    if (limits.iops === undefined && limits.throughputBytes === undefined) continue;
    for (const { device } of await host.loops.showing(imageOfVolume(pool, entry.record).file))
      host.throttle.set(device, limits);
  }
}
