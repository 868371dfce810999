import { createHash, randomBytes } from "node:crypto";

/**
 * `<pool>-<hash of the name>-<random>`. The first two parts are the name's in this pool, so the same request twice
 * finds what it made; the random part keeps two lives of one name apart (a late Delete, trash).
 */
export const makeId = (poolId: string, name: string, random = randomBytes): string =>
  `${prefixOf(poolId, name)}-${random(3).toString("hex")}`;

export const prefixOf = (poolId: string, name: string): string =>
  `${poolId}-${createHash("sha256").update(name).digest("hex").slice(0, 20)}`;

export const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{20}-[0-9a-f]{6}$/.test(text);

export const prefixOfId = (id: string): string => id.slice(0, id.lastIndexOf("-"));
export const poolOfId = (id: string): string => id.slice(0, 8);
