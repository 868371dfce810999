import type { Timeline } from "./timeline.ts";

/** What a change that came to nothing was built on. */
const undone = new WeakMap<object, object>();
const bases = new WeakMap<object, object>();

/**
 * What a thing is from here on: known at once, so that no other call decides on what was before; then kept. What cannot
 * be kept is not so: else a repeat would find it done.
 */
export async function change<T extends { readonly id: string }>(
  things: Timeline<T>,
  { to, now }: { readonly to: T; readonly now: () => number },
  keep: () => Promise<void>,
): Promise<void> {
  const former = things.get(to.id, now());
  things.set(to, now());
  try {
    await keep();
  } catch (error) {
    if (former !== undefined) undone.set(to, former);
    const current = things.get(to.id, now());
    // a later change was built on this one, and keeps it with itself
    if (current === undefined || baseOf(current) !== to) throw error;
    const back = lastKept(former);
    if (back === undefined) things.delete(to.id, now());
    else things.set(back, now());
    throw error;
  }
}

/** When something goes whose end is not kept yet: as long as that may fail, it is there. */
export const notYet = Infinity;

/** A record that says more than another one, but nothing that is kept by itself. */
export function beside<T extends object>(record: T, more: Partial<T>): T {
  const fuller = { ...record, ...more };
  bases.set(fuller, baseOf(record));
  return fuller;
}

const baseOf = (record: object): object => bases.get(record) ?? record;

function lastKept<T extends object>(record: T | undefined): T | undefined {
  const before = record && undone.get(baseOf(record));
  return before === undefined ? record : lastKept(before as T);
}
