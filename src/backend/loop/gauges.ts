import type { LinuxHost } from "../../host/linux-host.ts";
import { identityOf, isBuffered, type Loop } from "../../host/loop.ts";
import { orphanLoops } from "../../pool/garbage.ts";
import { dataIn } from "../../pool/layout.ts";
import { statusOfPool } from "../../pool/status.ts";
import { folderOfVolume } from "../local/entries.ts";
import { poolGauges } from "../local/gauges.ts";
import type { LoopContext } from "./context.ts";

/** Figures of the pool and of the devices that show it, read when Prometheus asks. */
export function loopGauges(context: LoopContext) {
  const { pool, host } = context;
  return [
    ...poolGauges(context),
    {
      name: "kura_loop_devices",
      help: "Loop devices that show volumes of the pool",
      read: async () => (await loopsOfPool(context)).length,
    },
    {
      name: "kura_loop_devices_buffered",
      help: "Loop devices of the pool without direct I/O",
      read: async () => {
        const buffered = await Promise.all((await loopsOfPool(context)).map(isBuffered));
        return buffered.filter((is) => is).length;
      },
    },
    {
      name: "kura_orphans",
      help: "Loop devices of the pool that show no volume, and things of the pool that cannot be read",
      read: async () => (await orphanLoops(pool, host)).length + statusOfPool(pool).unreadable,
    },
  ];
}

/** The node's, whatever pools it has. */
export const throttleGauge = ({ throttle }: LinuxHost) => ({
  name: "kura_throttle_works",
  help: "1 where the kernel can enforce IOPS and throughput",
  read: () => (throttle.works ? 1 : 0),
});

/** The loop devices that show volumes of the pool. */
async function loopsOfPool({ pool, host }: LoopContext): Promise<readonly Loop[]> {
  const loops = await host.loops.list();
  if (loops.length === 0) return [];
  const owned = new Set<string | undefined>();
  for (const { id } of pool.volumes.all()) owned.add(await identityOf(dataIn(folderOfVolume(pool, id))));
  return loops.filter(({ file }) => owned.has(file));
}
