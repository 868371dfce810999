import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../node/host.ts";
import type { Step } from "../node/step.ts";
import { readMounts } from "./mounts.ts";
import { realPath } from "./observe.ts";

/** Where a driver makes mounts ready before anybody sees them. */
export interface Backstage {
  /** A path that was never given before. */
  newPath(): string;
  /** Takes away what a killed driver left there. */
  clear(host: Pick<Host, "perform">): Promise<void>;
}

/**
 * Below the temporary folder, which a container has for itself: what is mounted there is not on the node, and goes with
 * the container. Outside of one it stays, and is told by the socket, which no two drivers serve.
 */
export async function backstageOf(socketPath: string): Promise<Backstage> {
  const folder = await realPath(tmpdir());
  const prefix = `kura-backstage-${createHash("sha256").update(socketPath).digest("hex").slice(0, 12)}-`;
  return {
    newPath: () => join(folder, prefix + randomBytes(6).toString("hex")),
    async clear(host) {
      const mounted = (await readMounts())
        .map(({ path }) => path)
        .filter((path) => path.startsWith(join(folder, prefix)));
      const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
      const steps: readonly Step[] = [
        ...mounted.reverse().map((path): Step => ({ do: "unmount", path })),
        ...names.map((name): Step => ({ do: "remove-target", path: join(folder, name) })),
      ];
      if (steps.length > 0) await host.perform({ steps }, new AbortController().signal);
    },
  };
}
