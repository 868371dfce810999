import { invalidCombination, invalidValue, refused } from "../error.ts";
import type { Parameters } from "../wire/parameters.ts";

export interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

const leastResults = 5;

/** `MaxResults` and `NextToken`. Without either, all of it is one page, as EC2 answers it. */
export function readPage(parameters: Parameters, mostResults: number, ids: readonly string[] = []): Page {
  const limit = parameters.integer("MaxResults");
  const token = parameters.text("NextToken");
  if (limit !== undefined && limit < leastResults)
    throw invalidValue(
      `Value ( ${limit} ) for parameter maxResults is invalid. Expecting a value greater than ${leastResults - 1}.`,
    );
  if (ids.length > 0 && limit !== undefined)
    throw invalidCombination("The parameter maxResults cannot be used with the parameter that lists IDs");
  const after = token === undefined || token === "" ? undefined : parseToken(token);
  if (after !== undefined || limit !== undefined) return { after, limit: Math.min(limit ?? mostResults, mostResults) };
  return { after: undefined, limit: Number.POSITIVE_INFINITY };
}

/**
 * The things of one page, which come in the order of `keyOf`, and the token of the next. Nobody looks whether a thing
 * `isWanted` that is not on the page, so the last page may be empty.
 */
export function pageOf<T>(
  things: Iterable<T>,
  { after, limit }: Page,
  keyOf: (thing: T) => string,
  isWanted: (thing: T) => boolean = () => true,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const items: T[] = [];
  for (const thing of things) {
    if (after !== undefined && keyOf(thing) <= after) continue;
    if (items.length === limit) return { items, nextToken: tokenOf(keyOf(items[limit - 1] as T)) };
    if (isWanted(thing)) items.push(thing);
  }
  return { items, nextToken: undefined };
}

/** Nobody is to build one by hand, so it says whose it is. */
const tokenOf = (key: string): string => Buffer.from(`kura:${key}`).toString("base64url");

function parseToken(token: string): string {
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith("kura:")) throw refused("InvalidPaginationToken", `The pagination token '${token}' is invalid`);
  return text.slice("kura:".length);
}
