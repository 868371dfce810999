import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";

/**
 * A volume that was promised in full stays so: what its user trims is not given back. Nothing takes that back from
 * the device's number (measured on 6.18), not even the next file, so numbers that have it are kept for such volumes.
 */
export const forbidDiscard = (path: string): Promise<void> => writeFile(discardLimitOf(path), "0");

export const canDiscard = (path: string): boolean => readFileSync(discardLimitOf(path), "utf8") !== "0\n";

const discardLimitOf = (path: string): string => `/sys/block/${path.replace("/dev/", "")}/queue/discard_max_bytes`;

/** A device that is free and that nobody else has a use for. */
export const freeWithoutDiscard = (): string | undefined =>
  loopNames()
    .filter((name) => !existsSync(`/sys/block/${name}/loop`))
    .map((name) => `/dev/${name}`)
    .find((path) => !canDiscard(path) && existsSync(path));

export const loopNames = (): readonly string[] => readdirSync("/sys/block").filter((name) => /^loop\d+$/.test(name));
