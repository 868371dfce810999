import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readMounts } from "../../src/host/mounts.ts";
import { commandRunner } from "../../src/host/run.ts";
import { createPool } from "../../src/pool/create-pool.ts";
import { must } from "./command.ts";
import { loopsNow } from "./loops.ts";

/** A place for one test file: a folder, what is mounted below it, and the loop devices that show files in it. */
export interface Sandbox extends AsyncDisposable {
  readonly folder: string;
  readonly pool: string;
  path(...names: readonly string[]): string;
}

export interface SandboxOptions {
  /** The pool's size; its image is sparse. */
  readonly poolBytes?: number;
  /** Make the pool in a plain directory instead, on whatever filesystem the temporary folder has. */
  readonly plain?: boolean;
  /** What the pool lies on; ext4 cannot share blocks. */
  readonly on?: "xfs" | "btrfs" | "ext4";
}

/** Made below the temporary folder, with an XFS pool in it; disposing it takes all of it away, whatever a test left. */
export async function makeSandbox({
  poolBytes = 8 * 2 ** 30,
  plain = false,
  on = "xfs",
}: SandboxOptions = {}): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), "kura-test-"));
  const pool = join(folder, "pool");
  await mkdir(join(folder, "kubelet"));
  if (on !== "xfs") await mountFilesystem(on, pool, poolBytes);
  const imageBytes = plain || on !== "xfs" ? undefined : poolBytes;
  await createPool({ root: pool, imageBytes, sparse: true }, commandRunner());
  return {
    folder,
    pool,
    path: (...names) => join(folder, ...names),
    [Symbol.asyncDispose]: () => clearAway(folder),
  };
}

/** A filesystem of a user's own, in a file that is nobody's pool image. */
async function mountFilesystem(type: "btrfs" | "ext4", path: string, bytes: number): Promise<void> {
  const file = `${path}-disk`;
  await must("truncate", "--size", String(bytes), file);
  await must(`mkfs.${type}`, "-q", file);
  await mkdir(path);
  await must("mount", "-o", "loop", file, path);
}

/** A folder with all that is mounted below it and every loop device that shows a file in it. */
export async function clearAway(folder: string): Promise<void> {
  for (let round = 0; round < 50 && (await hasLeftovers(folder)); round += 1) {
    // a process that was killed holds what it had until the kernel is done with it
    if (round > 2) await delay(200);
    const mounted = (await readMounts()).filter(({ path }) => path.startsWith(`${folder}/`));
    // what was frozen when its driver was killed would stay, without a place; the pool first, which thawing writes to
    for (const { path } of mounted) await must("fsfreeze", "--unfreeze", path).catch(() => {});
    for (const { path } of mounted.reverse()) {
      // once a pool is unmounted nothing tells any more whose the devices are that show its files
      await detachAll(path);
      await must("umount", "--lazy", path).catch(() => {});
    }
    await detachAll(folder);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

async function detachAll(folder: string): Promise<void> {
  for (const line of await loopsOf(folder)) await must("losetup", "--detach", line.split(" ")[0] ?? "").catch(() => {});
}

const hasLeftovers = async (folder: string): Promise<boolean> =>
  (await readMounts()).some(({ path }) => path.startsWith(`${folder}/`)) || (await loopsOf(folder)).length > 0;

/** The loop devices that show something below a folder, and those that lie on top of them. */
export async function loopsOf(folder: string): Promise<readonly string[]> {
  const all = await loopsNow();
  const below = all.filter((line) => line.includes(`shows ${folder}/`));
  const onTop = all.filter((line) => below.some((other) => line.endsWith(` shows ${other.split(" ")[0]}`)));
  return [...onTop, ...below];
}

/** What is mounted below a folder, apart from the pool itself. */
export const mountsOf = async ({ folder, pool }: Sandbox): Promise<readonly string[]> =>
  (await readMounts()).filter(({ path }) => path.startsWith(`${folder}/`) && path !== pool).map(({ path }) => path);

export const readText = (path: string): Promise<string> => readFile(path, "utf8");
