import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeLock } from "../host/flock.ts";
import type { LinuxHost } from "../host/linux-host.ts";
import { liesOn, readMounts } from "../host/mounts.ts";
import type { Step } from "../node/step.ts";
import { dataIn, type Layout } from "./layout.ts";

const restMs = 1000;

/**
 * Volumes that bear the mark of an earlier process which froze them: what anybody else has frozen is his. A freeze waits
 * for the writes that are under way, and no signal ends it then. So the tool that freezes holds a lock on the mark: as
 * long as that is held, the volume may be frozen any time, and a thaw now would come too early.
 */
export class Marked {
  readonly #layout: Layout;
  readonly #host: LinuxHost;
  readonly #waiting = new Set<string>();

  constructor(layout: Layout, host: LinuxHost) {
    this.#layout = layout;
    this.#host = host;
  }

  /** Thaws them; what is not frozen yet is thawed as soon as it is, behind what comes next. */
  async thawAll(): Promise<void> {
    for (const id of await readdir(this.#layout.frozen)) {
      if (await this.#thaw(id)) continue;
      this.#waiting.add(id);
      void this.#thawLater(id);
    }
  }

  /** Its mark is not to be touched. */
  isWaitedFor(id: string): boolean {
    return this.#waiting.has(id);
  }

  close(): void {
    this.#waiting.clear();
  }

  async #thawLater(id: string): Promise<void> {
    let done = false;
    while (!done && this.#waiting.has(id)) {
      await delay(restMs, undefined, { ref: false });
      done = await this.#thaw(id).catch(() => false);
    }
    this.#waiting.delete(id);
  }

  async #thaw(id: string): Promise<boolean> {
    const mark = join(this.#layout.frozen, id);
    const lock = await takeLock(mark, this.#host.run);
    if (lock === undefined) return false;
    try {
      const path = await this.#mountedAt(id);
      const steps: Step[] = path === undefined ? [] : [{ do: "thaw", path, anyones: true }];
      const all: Step[] = [...steps, { do: "remove-file", path: mark }];
      await this.#host.perform({ steps: all }, AbortSignal.timeout(60_000));
      return true;
    } finally {
      await lock.release();
    }
  }

  async #mountedAt(id: string): Promise<string | undefined> {
    const loops = await this.#host.loops.showing(dataIn(join(this.#layout.volumes, id)));
    return (await readMounts()).find((mount) => mount.root === "/" && loops.some((loop) => liesOn(mount, loop)))?.path;
  }
}
