import { randomBytes } from "node:crypto";
import { invalidValue, refused } from "../error.ts";

/** Whose everything here is. */
export const account = "000000000000";

export type Random = (bytes: number) => Buffer;

/** `vol-0` and sixteen more hexadecimal digits, as AWS makes them today. */
export const makeId = (prefix: "vol" | "snap" | "i", random: Random = randomBytes): string =>
  `${prefix}-0${random(8).toString("hex")}`;

const isId = (prefix: string, text: string): boolean => new RegExp(`^${prefix}-[0-9a-f]{8}([0-9a-f]{9})?$`).test(text);

export const isVolumeId = (text: string): boolean => isId("vol", text);
export const isSnapshotId = (text: string): boolean => isId("snap", text);
export const isInstanceId = (text: string): boolean => isId("i", text);

export function parseVolumeId(text: string): string {
  if (isVolumeId(text)) return text;
  throw invalidValue(`Value (${text}) for parameter volumes is invalid. Expected: 'vol-...'.`);
}

export function parseSnapshotId(text: string): string {
  if (isSnapshotId(text)) return text;
  throw invalidValue(`Value (${text}) for parameter snapshotId is invalid. Expected: 'snap-...'.`);
}

export function parseInstanceId(text: string): string {
  if (isInstanceId(text)) return text;
  throw refused("InvalidInstanceID.Malformed", `Invalid id: "${text}" (expecting "i-...")`);
}
