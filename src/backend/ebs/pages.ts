import { randomUUID } from "node:crypto";
import { BackendError, type Page, type PageRequest } from "../backend.ts";
import type { Recent } from "./recent.ts";

/** "MaxResults: between 5 and 500." */
const [least, most] = [5, 500];

interface Ec2Page {
  readonly items: readonly unknown[];
  readonly NextToken?: string | undefined;
}

/** The rest of a page of EC2's that was not given out yet, by the token under which it is asked for. */
export type Leftovers = Recent<Ec2Page>;

/**
 * A page of ours out of EC2's. EC2 gives no fewer than five things at a time; who wants fewer gets the first of them, and
 * the rest waits here. After a restart it is forgotten, and the list has to be begun again.
 */
export async function pageOf<Item>(
  leftovers: Leftovers,
  { after, limit = most }: PageRequest,
  ask: (page: { MaxResults: number; NextToken?: string }) => Promise<Ec2Page & { readonly items: readonly Item[] }>,
): Promise<Page<Item>> {
  const wanted = Math.min(limit, most);
  const left = after?.startsWith(restPrefix) ? needLeft(leftovers, after) : undefined;
  const NextToken = after === undefined ? {} : { NextToken: after };
  const answer = left ?? (await ask({ MaxResults: Math.max(least, wanted), ...NextToken }));
  const items = answer.items.slice(0, wanted) as Item[];
  if (answer.items.length <= wanted) return { items, next: answer.NextToken || undefined };
  const next = restPrefix + randomUUID();
  leftovers.set(next, { ...answer, items: answer.items.slice(wanted) });
  return { items, next };
}

const restPrefix = "rest-";

function needLeft(leftovers: Leftovers, token: string): Ec2Page {
  const left = leftovers.get(token);
  if (left !== undefined) return left;
  throw new BackendError({ kind: "busy", reason: "page" }, "the page has been forgotten; start the list again");
}
