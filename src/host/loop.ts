import { type BigIntStats, constants, readFileSync } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { HostError } from "../node/host-error.ts";
import type { Device, Image } from "../node/volume.ts";
import { sectorBytesOf } from "./device-size.ts";
import { ifThere, isErrno } from "./errno.ts";
import { canDiscard, chooseFree, forbidDiscard } from "./loop-discard.ts";
import { makeMissingLoopNode } from "./loop-node.ts";
import { CommandError, type Run } from "./run.ts";

/** A loop device that shows a file. */
export interface Loop {
  readonly path: string;
  /** major:minor of the loop device itself. */
  readonly device: string;
  /** The file it shows, told by filesystem and inode: paths lie, across renames and across mount namespaces. */
  readonly file: string;
  readonly readOnly: boolean;
}

/**
 * The machine's loop devices. What each shows comes from losetup (sysfs tells a path only), and is remembered as long
 * as the kernel's sequence number of the device stays the same: it changes whenever something else is attached or
 * detached.
 */
export class Loops {
  readonly #run: Run;
  readonly #known = new Map<string, { sequence: string; loop: Loop | undefined }>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** All that are attached now. */
  async list(): Promise<readonly Loop[]> {
    const names = attachedNames();
    const sequences = names.map(sequenceOf);
    const isNews = names.some(
      (name, index) => sequences[index] === undefined || this.#known.get(name)?.sequence !== sequences[index],
    );
    if (isNews) await this.#ask(names, sequences);
    return names.flatMap((name) => this.#known.get(name)?.loop ?? []);
  }

  /** Those that show `file`. */
  async showing(file: string): Promise<readonly Loop[]> {
    const identity = await identityOf(file);
    return identity === undefined ? [] : this.showingFile(identity);
  }

  /** Those that show the file of that identity. */
  async showingFile(identity: string): Promise<readonly Loop[]> {
    return (await this.list()).filter((loop) => loop.file === identity);
  }

  async attach(source: Image | Device, readOnly: boolean): Promise<Loop> {
    const image = source.kind === "image" ? source : await asImage(source);
    const unfit: string[] = [];
    try {
      for (;;) {
        const path = await this.#attachSomewhere(image, readOnly);
        if (image.discard && !canDiscard(path)) {
          unfit.push(path); // held until there is a better one, so that it is not found again
          continue;
        }
        if (!image.discard && canDiscard(path)) await forbidDiscard(path);
        return await this.#learn(path, image.file, readOnly);
      }
    } finally {
      for (const path of unfit) await this.#run(["losetup", "--detach", path]);
    }
  }

  /** Detaches what shows `file`; all, or only the read-only ones. */
  detach(file: string, which: "all" | "read-only" = "all"): Promise<void> {
    return this.#detach(file, ({ readOnly }) => which === "all" || readOnly);
  }

  /** Detaches one of the devices that show `file`. */
  detachOne(path: string, file: string): Promise<void> {
    return this.#detach(file, (loop) => loop.path === path);
  }

  /** The kernel is asked afterwards, for losetup's 0 proves nothing. */
  async #detach(file: string, isChosen: (loop: Loop) => boolean): Promise<void> {
    const chosen = async () => (await this.showing(file)).filter(isChosen);
    for (const loop of await chosen()) {
      await refuseIfHeld(loop.path);
      await this.#run(["losetup", "--detach", loop.path]).catch(ignoreDetached);
    }
    for (let patience = 40; (await chosen()).length > 0; patience -= 1) {
      if (patience === 0)
        throw new HostError("in-use", `a loop device of ${file} is still in use and goes once it is closed`);
      await delay(25);
    }
  }

  /** Tells the devices that their file has grown. */
  async refreshSize(file: string): Promise<void> {
    for (const loop of await this.showing(file)) await this.#run(["losetup", "--set-capacity", loop.path]);
  }

  async #attachSomewhere(image: Image, readOnly: boolean): Promise<string> {
    const argv = ["losetup", "--show", "--direct-io=on", "--sector-size", String(image.sectorBytes)];
    if (readOnly) argv.push("--read-only");
    for (let patience = 50; ; patience -= 1) {
      const known = chooseFree(image.discard);
      const where = known === undefined ? ["--find", "--"] : ["--", known];
      try {
        return (await this.#run([...argv, ...where, image.file])).stdout.trim();
      } catch (error) {
        if (!(error instanceof CommandError) || patience === 0) throw error;
        // another program took the device that was free a moment ago, or (kind) the device has no node in this /dev
        const isRace = /busy/i.test(error.stderr);
        if (!isRace && !(await makeMissingLoopNode(this.#run))) throw cannotAttach(image, error);
      }
    }
  }

  /** What was just attached is known without asking losetup again. */
  async #learn(path: string, file: string, readOnly: boolean): Promise<Loop> {
    const name = path.replace("/dev/", "");
    const sequence = sequenceOf(name);
    const identity = await identityOf(file);
    const device = readFileSync(`/sys/block/${name}/dev`, "utf8").trim();
    const loop = { path, device, file: identity ?? "", readOnly };
    if (sequence !== undefined) this.#known.set(name, { sequence, loop });
    return loop;
  }

  async #ask(names: readonly string[], sequences: readonly (string | undefined)[]): Promise<void> {
    const { stdout } = await this.#run(["losetup", "--list", "--noheadings", "--output", columns]);
    const loops = parseLoops(stdout);
    this.#known.clear();
    for (const [index, name] of names.entries()) {
      const loop = loops.find(({ path }) => path === `/dev/${name}`);
      // read before losetup ran: what changed meanwhile is news again at the next look
      this.#known.set(name, { sequence: sequences[index] ?? "unknown", loop });
    }
  }
}

/** A disk as a file: a loop device on top of it has its sectors. */
async function asImage({ path }: Device): Promise<Image> {
  const device = majorMinorOf((await stat(path, { bigint: true })).rdev);
  return { kind: "image", file: path, sectorBytes: sectorBytesOf(device), discard: true };
}

/** Asked each time: whoever turns direct I/O off and on changes no sequence number. False where the device has gone. */
export async function isBuffered({ path }: Loop): Promise<boolean> {
  const dio = await ifThere(readFile(`/sys/block/${path.replace("/dev/", "")}/loop/dio`, "utf8"));
  return dio?.trim() === "0";
}

/**
 * Whether the kernel detaches it once nobody has it open any more: what losetup asked for while somebody had. Asked each
 * time, for that changes no sequence number.
 */
export function isDetaching({ path }: Loop): boolean {
  try {
    return readFileSync(`/sys/block/${path.replace("/dev/", "")}/loop/autoclear`, "utf8").trim() === "1";
  } catch (error) {
    if (isErrno(error, "ENOENT")) return true; // it has gone
    throw error;
  }
}

const columns = "NAME,MAJ:MIN,BACK-INO,BACK-MAJ:MIN,RO";

export const parseLoops = (text: string): readonly Loop[] =>
  text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([path, device, inode, filesystem, readOnly]) =>
      path && device && inode && filesystem
        ? [{ path, device, file: `${filesystem}/${inode}`, readOnly: readOnly === "1" }]
        : [],
    );

/** Which file this is, as losetup tells it: major:minor of the filesystem, and the inode. Undefined where there is none. */
export async function identityOf(file: string): Promise<string | undefined> {
  const found = await ifThere(stat(file, { bigint: true }));
  return found === undefined ? undefined : fileIdentity(found);
}

export const fileIdentity = ({ dev, ino }: Pick<BigIntStats, "dev" | "ino">): string => `${majorMinorOf(dev)}/${ino}`;

/** As the kernel packs device numbers for user space (makedev(3)). */
export function majorMinorOf(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${minor}`;
}

/**
 * Only devices that show something have a size, and only those with a size are listed there: one file of the kernel's
 * to read, however many devices there ever were. sysfs and proc ask no disk, so they are read without a thread.
 */
const attachedNames = (): readonly string[] =>
  [...readFileSync("/proc/partitions", "utf8").matchAll(/\b(loop\d+)$/gm)].map(([, name = ""]) => name);

/** Kernel 5.15 and later; before, every look is news. A device has its new number before it has its size. */
function sequenceOf(name: string): string | undefined {
  try {
    return readFileSync(`/sys/block/${name}/diskseq`, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * mountinfo cannot say "not mounted": a mount may live in another namespace. An exclusive open can (open(2): on a block
 * device O_EXCL fails with EBUSY while it is mounted or held, wherever).
 */
export function isHeld(device: string): Promise<boolean> {
  // two looks at a time would take each other for a holder, so they share one
  const look = looks.get(device) ?? lookWhetherHeld(device).finally(() => looks.delete(device));
  looks.set(device, look);
  return look;
}

const looks = new Map<string, Promise<boolean>>();

async function lookWhetherHeld(device: string): Promise<boolean> {
  try {
    await (await open(device, constants.O_RDONLY | constants.O_EXCL)).close();
    return false;
  } catch (error) {
    if (isErrno(error, "EBUSY")) return true;
    throw error;
  }
}

export async function refuseIfHeld(device: string): Promise<void> {
  if (await isHeld(device)) throw new HostError("in-use", `${device} is in use, perhaps in another mount namespace`);
}

/** ENXIO: it went by itself meanwhile, with the last one who had it open. */
function ignoreDetached(error: unknown): void {
  if (!(error instanceof CommandError) || !/no such device or address/i.test(error.stderr)) throw error;
}

const cannotAttach = (image: Image, error: CommandError): Error =>
  /find|free|no such device/i.test(error.stderr)
    ? new HostError("no-loop-device", `no free loop device for ${image.file}: ${error.stderr.trim()}`, { cause: error })
    : error;
