import { refused } from "../error.ts";

export interface Zone {
  readonly name: string;
  readonly id: string;
  readonly region: string;
}

/** A zone's name is its region's and a letter. */
export const regionOf = (zone: string): string => zone.slice(0, -1);

export const isZone = (name: string): boolean => /^[a-z]{2,3}(-[a-z]+)+-\d{1,2}[a-z]$/.test(name);
export const isRegion = (name: string): boolean => isZone(`${name}a`);

/** Every region has three zones, and those that instances were put into. */
export function zonesOf(region: string, used: Iterable<string>): readonly Zone[] {
  const names = new Set(["a", "b", "c"].map((letter) => region + letter));
  for (const zone of used) if (regionOf(zone) === region) names.add(zone);
  return [...names].sort().map((name) => ({ name, id: zoneIdOf(name), region }));
}

/** us-east-1a is use1-az1 here. In AWS each account has letters of its own for them. */
export function zoneIdOf(zone: string): string {
  const parts = regionOf(zone).split("-");
  const [country = "", ...rest] = parts;
  const area = rest.slice(0, -1).map((word) => shortened[word] ?? word.slice(0, 1));
  return `${country}${area.join("")}${parts.at(-1)}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}

const shortened: Readonly<Record<string, string>> = {
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
  gov: "g",
};

export const noSuchZone = (zone: string) => refused("InvalidZone.NotFound", `The zone '${zone}' does not exist.`);
