import type { AttachedDevice, Contents, Observation, PathFacts, ShownAt, VolumeFacts } from "../../src/node/host.ts";
import { HostError } from "../../src/node/host-error.ts";
import type { DeviceRef } from "../../src/node/step.ts";
import type { FsType, Limits, Source } from "../../src/node/volume.ts";

/** Bytes: those of an image in a pool, or of a device that is simply there. */
export interface Bytes {
  sizeBytes: number;
  holds: "nothing" | Filesystem | { readonly other: string };
}

export interface Filesystem {
  readonly fsType: FsType;
  sizeBytes: number;
  /** A killed mkfs leaves what looks like a filesystem and cannot be mounted. */
  torn: boolean;
  lostAndFound: boolean;
  /** What users wrote: it must never be lost. */
  data: string;
}

export interface ModelLoop {
  readonly path: string;
  readonly file: string;
  readonly readOnly: boolean;
  sizeBytes: number;
  limits: Limits | undefined;
  /** Somebody had it open when it was detached. */
  detaching: boolean;
}

export interface ModelMount {
  readonly path: string;
  /** The bytes that it shows; undefined: something of somebody else's. */
  readonly file: string | undefined;
  readonly device: string;
  readonly as: ShownAt["as"];
  readonly readOnly: boolean;
  readonly fsType: string;
  readonly options: readonly string[];
  alive: boolean;
}

/** A machine without a kernel: what files, loop devices and mounts there are, and nothing else. */
export class ModelWorld {
  readonly files = new Map<string, Bytes>();
  readonly devices = new Map<string, Bytes>();
  readonly loops: ModelLoop[] = [];
  readonly mounts: ModelMount[] = [];
  readonly paths = new Map<string, "directory" | "file" | "other">([["/", "directory"]]);
  readonly frozen = new Set<string>();
  /** Devices that somebody in another mount namespace holds. */
  readonly held = new Set<string>();
  /** Devices that a program has open without holding them. */
  readonly open = new Set<string>();
  /** Symbolic links to directories, and where each leads. */
  readonly links = new Map<string, string>();
  /** Directories in which something lies. */
  readonly filled = new Set<string>();
  #lastLoop = -1;

  addLoop(file: string, readOnly: boolean, sizeBytes: number): void {
    this.#lastLoop += 1;
    this.loops.push({
      path: `/dev/loop${this.#lastLoop}`,
      file,
      readOnly,
      sizeBytes,
      limits: undefined,
      detaching: false,
    });
  }

  /** As the kernel: at once, or when the last one has closed it. */
  detach(loop: ModelLoop): void {
    if (this.open.has(loop.path)) loop.detaching = true;
    else this.loops.splice(this.loops.indexOf(loop), 1);
  }

  close(device: string): void {
    this.open.delete(device);
    for (const loop of this.loops.filter(({ path, detaching }) => path === device && detaching)) this.detach(loop);
  }

  bytesOf(file: string): Bytes {
    const bytes = this.files.get(file) ?? this.devices.get(file);
    if (bytes === undefined) throw new Error(`there is no ${file}`);
    return bytes;
  }

  /** The device that a reference means; as on the real host it is "missing" while it is not attached. */
  deviceOf(ref: DeviceRef): { readonly path: string; readonly file: string; readonly sizeBytes: number } {
    if ("path" in ref) return { path: ref.path, file: ref.path, sizeBytes: this.bytesOf(ref.path).sizeBytes };
    const loop = this.loops.find(({ file, readOnly }) => file === ref.image && readOnly === ref.readOnly);
    if (loop === undefined) throw new HostError("missing", `${ref.image} is not attached`);
    return loop;
  }

  realPath(path: string): string {
    const link = [...this.links].find(([from]) => path === from || path.startsWith(`${from}/`));
    return link === undefined ? path : link[1] + path.slice(link[0].length);
  }

  isHeld(device: string): boolean {
    return this.held.has(device) || this.mounts.some((mount) => mount.device === device && mount.as === "filesystem");
  }

  refuseIfHeld(device: string): void {
    if (this.isHeld(device)) throw new HostError("in-use", `${device} is in use`);
  }

  observe<Path extends string>(source: Source, paths: Readonly<Record<Path, string>>): Observation<Path> {
    const mine = this.#mountsOf(source);
    const entries = Object.entries<string>(paths).map(([name, path]) => [name, this.#pathFacts(path, mine)]);
    return { volume: this.#volumeFacts(source, mine), paths: Object.fromEntries(entries) as Record<Path, PathFacts> };
  }

  isHeldElsewhere(source: Source): boolean {
    return this.#devicesOf(source).some(({ path }) => this.held.has(path));
  }

  probe(source: Source): Contents {
    if (source.kind === "directory") return { kind: "other", description: "a directory" };
    const { holds } = this.bytesOf(source.kind === "image" ? source.file : source.path);
    if (holds === "nothing") return { kind: "blank" };
    if ("other" in holds) return { kind: "other", description: holds.other };
    return { kind: "filesystem", fsType: holds.fsType, sizeBytes: holds.sizeBytes };
  }

  #mountsOf(source: Source): readonly ModelMount[] {
    const file = source.kind === "image" ? source.file : source.path;
    return this.mounts.filter((mount) => mount.file === file && !this.#isLost(mount));
  }

  #volumeFacts(source: Source, mine: readonly ModelMount[]): VolumeFacts {
    const devices = this.#devicesOf(source);
    const backing = source.kind === "image" ? this.files.get(source.file) : undefined;
    return {
      backing: backing && { sizeBytes: backing.sizeBytes, allocatedBytes: 0 },
      device: devices.find(({ readOnly }) => !readOnly),
      readOnlyDevice: devices.find(({ readOnly }) => readOnly),
      shownAt: mine.map(({ path, as, readOnly, fsType, options, alive }) => ({
        ...{ path, as, readOnly, fsType, alive },
        options: [...options, readOnly ? "ro" : "rw"],
      })),
    };
  }

  #devicesOf(source: Source): readonly (AttachedDevice & { readonly readOnly: boolean })[] {
    const loopsOf = (shown: string) =>
      this.loops
        .filter(({ file }) => file === shown)
        .map(({ path, sizeBytes, readOnly, detaching }) => {
          const isMounted = this.mounts.some(({ device, as }) => device === path && as === "filesystem");
          return { path, sizeBytes, readOnly, detaching: detaching && !isMounted };
        });
    switch (source.kind) {
      case "image":
        return loopsOf(source.file);
      case "device": {
        const bytes = this.devices.get(source.path);
        if (bytes === undefined) return [];
        return [
          { path: source.path, sizeBytes: bytes.sizeBytes, readOnly: false, detaching: false },
          ...loopsOf(source.path),
        ];
      }
      case "directory":
        return [];
      default:
        return source satisfies never;
    }
  }

  #isLost({ file, device }: ModelMount): boolean {
    return file !== undefined && !this.devices.has(device) && !this.loops.some(({ path }) => path === device);
  }

  #pathFacts(path: string, mine: readonly ModelMount[]): PathFacts {
    const kind = this.paths.get(path) ?? "missing";
    const there = this.mounts.filter((mount) => mount.path === path);
    const top = there.at(-1);
    if (top === undefined) return { kind, mount: undefined };
    const isVolume = mine.includes(top);
    const isLost = !isVolume && this.#isLost(top);
    const isSame = (mount: ModelMount) => (isVolume ? mine.includes(mount) : isLost && mount.device === top.device);
    const depth = there.length - 1 - there.findLastIndex((mount) => !isSame(mount));
    return { kind, mount: { isVolume, isLost, description: `${top.device} (${top.fsType})`, depth } };
  }
}
