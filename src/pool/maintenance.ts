import type { LinuxHost } from "../host/linux-host.ts";
import { checkPool, type Finding } from "./check.ts";
import { clearGarbage, findGarbage, type Garbage } from "./garbage.ts";
import { type KeptVolume, keptVolumes } from "./kept-volumes.ts";
import type { Pool } from "./pool.ts";
import { type PoolStatus, statusOfPool } from "./status.ts";

/** What can be asked of a pool, by whoever holds it. */
export interface PoolMaintenance {
  readonly status: () => Promise<PoolStatus>;
  readonly check: () => Promise<readonly Finding[]>;
  readonly volumes: () => Promise<readonly KeptVolume[]>;
  readonly gc: () => Promise<readonly Garbage[]>;
  /** Clears away what `gc` shows, and says what that was. */
  readonly "gc --delete": () => Promise<readonly Garbage[]>;
}

export function poolMaintenance(pool: Pool, host: LinuxHost): PoolMaintenance {
  const onceLoaded =
    <T>(answer: () => T | Promise<T>) =>
    async (): Promise<T> => {
      await pool.loaded;
      return answer();
    };
  return {
    status: onceLoaded(() => statusOfPool(pool)),
    check: onceLoaded(() => checkPool(pool, host)),
    volumes: onceLoaded(() => keptVolumes(pool)),
    gc: onceLoaded(() => findGarbage(pool, host)),
    "gc --delete": onceLoaded(async () => {
      const garbage = await findGarbage(pool, host);
      await clearGarbage(pool, host, garbage);
      return garbage;
    }),
  };
}
