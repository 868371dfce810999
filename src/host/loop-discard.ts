import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";

/**
 * A volume that was promised in full stays so: what its user trims is not given back. Nothing takes that back from
 * the device's number (measured on 6.18), not even the next file, so numbers that have it are kept for such volumes.
 */
export const forbidDiscard = (path: string): Promise<void> => writeFile(discardLimitOf(path), "0");

export const canDiscard = (path: string): boolean => readFileSync(discardLimitOf(path), "utf8") !== "0\n";

const discardLimitOf = (path: string): string => `/sys/block/${path.replace("/dev/", "")}/queue/discard_max_bytes`;

/** The device to ask for by name, where the one that is next would not do; undefined: take the next. */
export function chooseFree(discard: boolean): string | undefined {
  const free = loopNames().filter((name) => !existsSync(`/sys/block/${name}/loop`));
  const [next, ...others] = free.sort((a, b) => numberOf(a) - numberOf(b)).map((name) => `/dev/${name}`);
  if (next === undefined || canDiscard(next) === discard) return undefined;
  return others.find((path) => canDiscard(path) === discard && existsSync(path));
}

const numberOf = (name: string): number => Number(name.replace("loop", ""));

const loopNames = (): readonly string[] => readdirSync("/sys/block").filter((name) => /^loop\d+$/.test(name));
