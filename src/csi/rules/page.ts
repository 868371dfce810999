import { createHash } from "node:crypto";
import type { PageRequest } from "../../backend/backend.ts";
import { aborted, invalid } from "../errors.ts";

/**
 * Pages of a list that changes meanwhile. A token names the last id given out, so what was inserted or removed
 * elsewhere neither repeats nor hides anything. Its second half tells our tokens from anything else: ABORTED.
 */
export function parsePage(maxEntries: number, startingToken: string): PageRequest {
  if (maxEntries < 0) throw invalid(`max_entries ${maxEntries} is negative`);
  return { after: startingToken === "" ? undefined : parseToken(startingToken), limit: maxEntries || undefined };
}

function parseToken(token: string): string {
  const [encoded, seal] = token.split(".", 2);
  const after = Buffer.from(encoded ?? "", "base64url").toString();
  if (encoded === undefined || sealOf(after) !== seal) {
    throw aborted(`starting_token ${JSON.stringify(token)} is not one of ours; start the list again without it`);
  }
  return after;
}

export const tokenOf = (after: string | undefined): string =>
  after === undefined ? "" : `${Buffer.from(after).toString("base64url")}.${sealOf(after)}`;

const sealOf = (after: string): string => createHash("sha256").update(`page ${after}`).digest("hex").slice(0, 12);
