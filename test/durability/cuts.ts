import type { Random } from "../support/random.ts";
import type { Epoch } from "./epochs.ts";
import type { Change } from "./recorder/notes.ts";

/** The power goes in an epoch: everything before it is on the disk, and of the epoch itself only what survives. */
export interface Cut {
  readonly epoch: number;
  readonly what: string;
  readonly survivors: readonly Change[];
}

/**
 * One cut in each epoch, in which nothing of it survives: the least that the disk may hold when that much was said. And
 * `more` in epochs that chance picks, in which some of it does: the first changes, or any of them in any order; the last
 * one may be torn. In order of epochs.
 */
export function chooseCuts(epochs: readonly Epoch[], more: number, random: Random): readonly Cut[] {
  const least = epochs.map((_, epoch): Cut => ({ epoch, what: "nothing of it survives", survivors: [] }));
  const rich = epochs.flatMap(({ changes }, epoch) => (changes.length > 0 ? [epoch] : []));
  const others = Array.from({ length: more }, () => cutIn(epochs, random.pick(rich), random));
  return [...least, ...others].sort((a, b) => a.epoch - b.epoch);
}

function cutIn(epochs: readonly Epoch[], epoch: number, random: Random): Cut {
  const changes = epochs[epoch]?.changes ?? [];
  const isPrefix = random.chance(0.5);
  const chosen = isPrefix ? changes.slice(0, 1 + random.below(changes.length)) : someOf(changes, random);
  const last = chosen.at(-1);
  const isTorn = last?.kind === "write" && last.bytes.length > sectorBytes && random.chance(0.5);
  const survivors = isTorn ? [...chosen.slice(0, -1), torn(last, random)] : chosen;
  const which = isPrefix ? "the first" : "any";
  const what = `${which} ${chosen.length} of ${changes.length} changes survive${isTorn ? ", the last one torn" : ""}`;
  return { epoch, what, survivors };
}

const sectorBytes = 512;

/** Disks keep sectors whole, and nothing more. */
function torn(change: Extract<Change, { kind: "write" }>, random: Random): Change {
  const sectors = 1 + random.below(change.bytes.length / sectorBytes - 1);
  return { ...change, bytes: change.bytes.subarray(0, sectors * sectorBytes) };
}

/** In an order of its own: a disk writes as it likes. */
function someOf(changes: readonly Change[], random: Random): readonly Change[] {
  const share = random.next();
  return changes
    .filter(() => random.chance(share))
    .map((change) => ({ change, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ change }) => change);
}
