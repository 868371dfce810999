import { createHash } from "node:crypto";

/**
 * By its token EC2 knows a request that it has seen, so that one whose answer was lost makes no second volume. The first
 * token of a name is that of the upstream driver. A token whose volume has been deleted is of no further use (for about
 * half a day), and only then is the next one taken: which one it is need not be remembered, for EC2 tells of each
 * earlier one that it is spent.
 */
export const tokenOf = (name: string, attempt: number): string =>
  createHash("sha256")
    .update(attempt === 1 ? name : `${name}-${attempt}`)
    .digest("hex");

/** EC2 has one code for "other parameters" and for this. */
export const saysDeleted = (said: string): boolean => /already deleted/i.test(said);
