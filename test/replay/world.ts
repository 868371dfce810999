import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readMounts } from "../../src/host/mounts.ts";
import { commandRunner } from "../../src/host/run.ts";
import { createPool } from "../../src/pool/create-pool.ts";
import { layoutOf } from "../../src/pool/layout.ts";
import { readPoolId } from "../../src/pool/pool.ts";
import { startTestDriver, type TestDriver } from "../support/driver.ts";
import { heapOf, withInspector } from "../support/heap.ts";
import { freePort } from "../support/port.ts";
import { processesNow, residentMB } from "../support/processes.ts";
import { loopsOf, makeSandbox, mountsOf, type Sandbox } from "../support/sandbox.ts";

/** What the driver lists, and what of it can be seen on the machine. */
export interface Seen {
  readonly volumes: readonly { readonly id: string; readonly bytes: number; readonly attached: boolean }[];
  readonly snapshots: readonly {
    readonly id: string;
    readonly source: string;
    readonly bytes: number;
    readonly group: string;
  }[];
  readonly groups: readonly string[];
  readonly mountedAt: ReadonlySet<string>;
  readonly loops: readonly string[];
}

export interface Resources {
  /** MB of memory, before garbage is collected. */
  readonly resident: number;
  /** MiB of objects that are still in use. */
  readonly heapMiB: number;
  /** Open files. */
  readonly descriptors: number;
}

/** A pool of the driver; the first has no name, for a class need not name it. */
export interface ReplayPool {
  readonly name: string | undefined;
  readonly root: string;
  readonly id: string;
}

interface WorldParts {
  readonly sandbox: Sandbox;
  readonly pools: readonly ReplayPool[];
  readonly http: string;
  /** Loop devices that there are without any volume. */
  readonly before: readonly string[];
}

/** A driver that serves all seeds, and what there is of it beside its answers. */
export class ReplayWorld implements AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly pools: readonly ReplayPool[];
  /** How often the driver was killed. */
  kills = 0;
  readonly #http: string;
  readonly #before: readonly string[];
  #driver: TestDriver;
  /** Tools of a driver that was killed: they go on to their end. */
  #orphans: readonly number[] = [];

  private constructor(parts: WorldParts, driver: TestDriver) {
    this.sandbox = parts.sandbox;
    this.pools = parts.pools;
    this.#http = parts.http;
    this.#before = parts.before;
    this.#driver = driver;
  }

  static async make(): Promise<ReplayWorld> {
    const sandbox = await makeSandbox({ poolBytes: 20 * 2 ** 30 });
    const second = sandbox.path("second");
    await createPool({ root: second, imageBytes: 20 * 2 ** 30, sparse: true }, commandRunner());
    const pools = [
      { name: undefined, root: sandbox.pool, id: await readPoolId(layoutOf(sandbox.pool)) },
      { name: "second", root: second, id: await readPoolId(layoutOf(second)) },
    ];
    const http = `127.0.0.1:${await freePort()}`;
    const parts = { sandbox, pools, http, before: await loopsOf(sandbox.folder) };
    return new ReplayWorld(parts, await startAt(parts));
  }

  get driver(): TestDriver {
    return this.#driver;
  }

  /** With kill -9, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const { process: child } = this.#driver;
    this.kills += 1;
    // halted first, so that it starts nothing more while its children are counted
    child.kill("SIGSTOP");
    this.#orphans = await this.#children();
    await this.#driver.kill();
  }

  async startAgain(): Promise<void> {
    this.#driver = await startAt({ sandbox: this.sandbox, pools: this.pools, http: this.#http });
  }

  async look(): Promise<Seen> {
    const volumes: { volume: { volumeId: string; capacityBytes: string }; status: { publishedNodeIds: string[] } }[] =
      [];
    for (let startingToken: string | undefined; startingToken !== ""; ) {
      // small pages, so that there are many
      const page = await this.driver.client.call<{ entries: typeof volumes; nextToken: string }>("ListVolumes", {
        maxEntries: 3,
        startingToken,
      });
      volumes.push(...page.entries);
      startingToken = page.nextToken;
    }
    type Snapshot = { snapshotId: string; sourceVolumeId: string; sizeBytes: string; groupSnapshotId: string };
    const { entries } = await this.driver.client.call<{ entries: { snapshot: Snapshot }[] }>("ListSnapshots");
    return {
      volumes: volumes.map(({ volume, status }) => ({
        id: volume.volumeId,
        bytes: Number(volume.capacityBytes),
        attached: status.publishedNodeIds.length > 0,
      })),
      snapshots: entries.map(({ snapshot }) => ({
        id: snapshot.snapshotId,
        source: snapshot.sourceVolumeId,
        bytes: Number(snapshot.sizeBytes),
        group: snapshot.groupSnapshotId,
      })),
      groups: (await this.#namesIn("groups")).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5)),
      mountedAt: new Set((await readMounts()).map(({ path }) => path)),
      loops: (await Promise.all(this.pools.map(({ root }) => loopsOf(root)))).flat(),
    };
  }

  /**
   * Waits until nothing is under way, neither in the driver (calls whose caller went away go on until their next step)
   * nor of one that was killed.
   */
  async quiet(): Promise<void> {
    const isGone = async () => {
      const pids = (await processesNow()).map(({ pid }) => pid);
      return !this.#orphans.some((pid) => pids.includes(pid));
    };
    if (this.#orphans.length > 0) await this.#until("tools of a killed driver end", isGone);
    this.#orphans = [];
    await this.#until("calls end", async () => (await this.metric("kura_inflight_operations")) === 0);
  }

  /**
   * The files of the pools and what they have promised are those of what is listed, once what was deleted has gone.
   * Returns what is not so.
   */
  async complaint({ volumes, snapshots, groups }: Seen): Promise<string | undefined> {
    const names = {
      volumes: volumes.map(({ id }) => id),
      snapshots: snapshots.map(({ id }) => id),
      groups: groups.flatMap((id) => [`${id}.json`, `${id}.json.copy`]),
      trash: [],
      frozen: [],
    };
    const promised = [...volumes, ...snapshots].reduce((sum, { bytes }) => sum + bytes, 0);
    const problem = async () => {
      for (const [folder, expected] of Object.entries(names)) {
        const found = await this.#namesIn(folder);
        if (found.sort().join() !== [...expected].sort().join())
          return `${folder}/ holds ${found.join(", ")} and not ${expected.join(", ")}`;
      }
      const thin = await this.metric("kura_pool_promised_thin_bytes");
      return thin === promised ? undefined : `${thin} bytes are promised, not ${promised}`;
    };
    let found = await problem();
    for (let patience = 600; found !== undefined && patience > 0; patience -= 1) {
      await delay(100);
      found = await problem();
    }
    return found;
  }

  /** What is there that was not there in the beginning, once everything was deleted. */
  async leftovers(): Promise<readonly string[]> {
    const loops = (await loopsOf(this.sandbox.folder)).filter((line) => !this.#before.includes(line));
    const isPool = (path: string) => this.pools.some(({ root }) => root === path);
    const mounts = (await mountsOf(this.sandbox)).filter((path) => !isPool(path)).map((path) => `${path} is mounted`);
    const children = (await this.#children()).map((pid) => `process ${pid} of the driver's runs`);
    return [...loops, ...mounts, ...children];
  }

  async #children(): Promise<readonly number[]> {
    const { pid } = this.#driver.process;
    return (await processesNow()).filter(({ parent }) => parent === pid).map(({ pid }) => pid);
  }

  /** The sum, where each pool has its own. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://${this.#http}/metrics`)).text();
    const found = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))];
    if (found.length === 0) throw new Error(`there is no metric ${name}`);
    return found.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** What the driver's process cannot give back. */
  async resources(): Promise<Resources> {
    const { logFile, process: child } = this.driver;
    const resident = await residentMB(child.pid);
    const heapMiB = await heapOf(logFile);
    return { resident, heapMiB, descriptors: (await readdir(`/proc/${child.pid}/fd`)).length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.kill();
    await this.sandbox[Symbol.asyncDispose]();
  }

  async #namesIn(folder: string): Promise<string[]> {
    return (await Promise.all(this.pools.map(({ root }) => readdir(join(root, folder))))).flat();
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let patience = 600; !(await isSo()); patience -= 1) {
      if (patience === 0) throw new Error(`${what}: not within a minute`);
      await delay(100);
    }
  }
}

const startAt = ({ sandbox, pools, http }: Omit<WorldParts, "before">): Promise<TestDriver> => {
  const ofPools = pools.flatMap(({ name, root }) => ["--pool", name === undefined ? root : `${name}=${root}`]);
  return startTestDriver(sandbox, {
    flags: [...ofPools, "--attach", "--http", http, "--log-level", "warn"],
    env: withInspector,
  });
};

/** Of a file in a filesystem, or of the first bytes of a device: what a pod wrote. */
export const contentAt = async (target: string, isBlock: boolean): Promise<string> =>
  isBlock ? (await readStart(target)).replace(/\0+$/, "") : readFile(join(target, "content"), "utf8").catch(() => "");

async function readStart(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    return (await file.read(Buffer.alloc(4096), 0, 4096, 0)).buffer.toString("utf8");
  } finally {
    await file.close();
  }
}

/** Not flushed: a snapshot must have it all the same. */
export const writeContent = (target: string, isBlock: boolean, content: string): Promise<void> =>
  isBlock ? writeFile(target, content.padEnd(4096, "\0"), { flag: "r+" }) : writeFile(join(target, "content"), content);
