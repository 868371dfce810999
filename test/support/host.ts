import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type LinuxHost, linuxHost } from "../../src/host/linux-host.ts";
import type { Loop } from "../../src/host/loop.ts";
import { commandRunner } from "../../src/host/run.ts";
import { findThrottleTree, Throttle } from "../../src/host/throttle.ts";
import type { Step } from "../../src/node/step.ts";
import type { FsType, Image } from "../../src/node/volume.ts";
import type { Sandbox } from "./sandbox.ts";

/** The machine's kernel behind the port, as a driver builds it. */
export const realHost = async (maxFreezeMs = 60_000): Promise<LinuxHost> =>
  linuxHost({ run: commandRunner(), throttle: new Throttle(await findThrottleTree()), maxFreezeMs });

/** A place for one image: the file, as a pool would keep it, and a mount point. */
export interface Bed {
  readonly image: Image;
  readonly mountPoint: string;
}

export interface BedOptions {
  readonly sizeBytes: number;
  readonly allocate?: boolean;
  readonly discard?: boolean;
}

export async function makeBed(
  host: LinuxHost,
  sandbox: Sandbox,
  name: string,
  { sizeBytes, allocate = false, discard = true }: BedOptions,
): Promise<Bed> {
  const folder = join(sandbox.pool, name);
  const mountPoint = sandbox.path(`${name}-mount`);
  await Promise.all([folder, mountPoint].map((path) => mkdir(path)));
  const image: Image = { kind: "image", file: join(folder, "data"), sectorBytes: 512, discard };
  await perform(host, [{ do: "make-image", path: image.file, sizeBytes, allocate }]);
  return { image, mountPoint };
}

export const perform = (host: LinuxHost, steps: readonly Step[]): Promise<void> =>
  host.perform({ steps }, new AbortController().signal);

export const deviceOf = ({ image }: Pick<Bed, "image">, readOnly = false) => ({ image: image.file, readOnly });

/** Attached, with a filesystem of that type, mounted. */
export async function mountFresh(host: LinuxHost, { image, mountPoint }: Bed, fsType: FsType): Promise<Loop> {
  const device = { image: image.file, readOnly: false };
  await perform(host, [
    { do: "attach", source: image, readOnly: false },
    { do: "format", device, fsType, options: [], discard: false },
    { do: "mount", device, path: mountPoint, fsType, options: [] },
  ]);
  return loopOf(host, image);
}

export async function loopOf(host: LinuxHost, { file }: Image): Promise<Loop> {
  const [loop] = await host.loops.showing(file);
  if (loop === undefined) throw new Error(`${file} is not attached`);
  return loop;
}

/** How many bytes of the disk a file takes. */
export const allocatedBytes = async (file: string): Promise<number> => (await stat(file)).blocks * 512;
