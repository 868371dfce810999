import type { Entry } from "../../pool/store.ts";
import type { Page } from "../backend.ts";

/** A page of what `present` shows; undefined leaves an entry out. */
export function pageOf<R, Item>(
  entries: Iterable<Entry<R>>,
  limit: number | undefined,
  present: (entry: Entry<R>) => Item | undefined,
): Page<Item> {
  const items: Item[] = [];
  let last: string | undefined;
  for (const entry of entries) {
    const item = present(entry);
    if (item === undefined) continue;
    // one more than asked for proves that there is a next page
    if (limit !== undefined && items.length === limit) return { items, next: last };
    items.push(item);
    last = entry.id;
  }
  return { items, next: undefined };
}
