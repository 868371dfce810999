import { statfsSync, statSync } from "node:fs";
import { HostError } from "../node/host-error.ts";

/** A promise of space. Thick: kept in full from the start. Thin: kept as long as not all come at once. */
export interface Claim {
  readonly bytes: number;
  readonly thick: boolean;
}

export interface CapacityParts {
  readonly root: string;
  /** The file that the pool lies in, where it is sparse: then the filesystem below bounds it too. */
  readonly sparseImage: string | undefined;
  /** How many bytes may be promised thin for each byte there is. */
  readonly ratio: number;
}

export interface CapacityState {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly reserveBytes: number;
  readonly thinBytes: number;
  readonly thickBytes: number;
  /** Below the reserve: nothing new is made, and it is said before writes fail. */
  readonly isLow: boolean;
}

const reserveShare = 0.05;

/**
 * What is promised, to whom, and what is left. A claim is looked at and taken in one go, with nothing awaited between,
 * so two calls cannot take the same room.
 */
export class PoolCapacity {
  readonly #parts: CapacityParts;
  readonly #claims = new Map<string, Claim>();
  #thinBytes = 0;
  #thickBytes = 0;

  constructor(parts: CapacityParts) {
    this.#parts = parts;
  }

  /** Takes the room, or more room than `owner` has, or throws "no-space". */
  take(owner: string, claim: Claim): void {
    const more = claim.bytes - (this.#claims.get(owner)?.bytes ?? 0);
    const room = this.roomFor(claim.thick);
    if (more > room) {
      const { isLow, freeBytes } = this.state();
      const why = isLow
        ? `only ${freeBytes} bytes are free, less than its reserve`
        : `it has room for ${room} bytes more`;
      throw new HostError("no-space", `the pool cannot promise ${more} bytes${claim.thick ? " in full" : ""}: ${why}`);
    }
    this.hold(owner, claim);
  }

  /** Counts what exists already, whether it fits or not. */
  hold(owner: string, claim: Claim): void {
    this.release(owner);
    this.#claims.set(owner, claim);
    this.#add(claim.bytes, claim.thick);
  }

  isTaken(owner: string): boolean {
    return this.#claims.has(owner);
  }

  /** What is deleted keeps its room until its bytes are given back: until the trash has been emptied of it. */
  release(owner: string): void {
    const claim = this.#claims.get(owner);
    if (claim === undefined) return;
    this.#claims.delete(owner);
    this.#add(-claim.bytes, claim.thick);
  }

  /** The largest claim that could be taken now. */
  roomFor(thick: boolean): number {
    const { totalBytes, freeBytes, reserveBytes, isLow } = this.state();
    if (isLow) return 0;
    const { ratio } = this.#parts;
    const usable = totalBytes - reserveBytes - this.#thickBytes;
    const room = thick
      ? Math.min(freeBytes - reserveBytes, usable - this.#thinBytes / ratio)
      : usable * ratio - this.#thinBytes;
    return Math.max(0, Math.floor(room));
  }

  state(): CapacityState {
    const { totalBytes, freeBytes } = this.#measure();
    const reserveBytes = Math.floor(totalBytes * reserveShare);
    const isLow = freeBytes < reserveBytes;
    return { totalBytes, freeBytes, reserveBytes, thinBytes: this.#thinBytes, thickBytes: this.#thickBytes, isLow };
  }

  #add(bytes: number, thick: boolean): void {
    if (thick) this.#thickBytes += bytes;
    else this.#thinBytes += bytes;
  }

  #measure(): { totalBytes: number; freeBytes: number } {
    const pool = sizesOf(this.#parts.root);
    const { sparseImage } = this.#parts;
    if (sparseImage === undefined) return pool;
    const below = sizesOf(sparseImage);
    const allocated = statSync(sparseImage).blocks * 512;
    return {
      totalBytes: Math.min(pool.totalBytes, allocated + below.freeBytes),
      freeBytes: Math.min(pool.freeBytes, below.freeBytes),
    };
  }
}

function sizesOf(path: string): { totalBytes: number; freeBytes: number } {
  const { blocks, bavail, bsize } = statfsSync(path);
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize };
}
