import type { Page, PageRequest } from "../backend.ts";
import type { Pools, ServedPool } from "./pools.ts";

/**
 * A page of what several pools list. Ids begin with their pool, so a page that starts after an id of one finds nothing
 * in those before it and all that is in those behind.
 */
export async function pageOver<Item extends { readonly id: string }>(
  { inOrder }: Pools,
  { after, limit }: PageRequest,
  list: (pool: ServedPool, page: PageRequest) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const items: Item[] = [];
  for (const pool of inOrder) {
    const room = limit === undefined ? undefined : limit - items.length;
    // a full page asks whether there is any more
    const page = await list(pool, { after, limit: room === 0 ? 1 : room });
    if (room === 0 && page.items.length > 0) return { items, next: items.at(-1)?.id };
    items.push(...page.items);
    if (page.next !== undefined) return { items, next: page.next };
  }
  return { items, next: undefined };
}
