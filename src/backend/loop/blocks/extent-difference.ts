import type { Extent } from "../../../host/extents.ts";
import type { BlockRange } from "../../backend.ts";

/** A part in which two files differ, or may: then only their bytes can tell. */
export interface Difference extends BlockRange {
  readonly sure: boolean;
}

/**
 * Where two files differ, told by where their blocks lie. Both share a disk on which shared blocks are never written
 * to: the same place is the same bytes, another place is a block that was written in between.
 *
 * `placesTell` is false where copies share no blocks: then every place is another one, and says nothing. At `seam` an
 * image ended that has grown: there its last block may have been put elsewhere with the same bytes in it.
 */
export function* extentDifference(
  base: readonly Extent[],
  target: readonly Extent[],
  {
    start,
    end,
    placesTell,
    seam,
  }: BlockRange & { readonly placesTell: boolean; readonly seam?: BlockRange | undefined },
): Generator<Difference> {
  const [left, right] = [new Cursor(base), new Cursor(target)];
  for (let at = start; at < end; ) {
    const [a, b] = [left.at(at), right.at(at)];
    const stop = Math.min(a.until, b.until, end, ...edgesOf(seam).filter((edge) => edge > at));
    const isSeam = seam !== undefined && seam.start <= at && at < seam.end;
    const verdict = placesTell && !isSeam ? compare(a.extent, b.extent, at) : a.extent || b.extent ? "unsure" : "same";
    if (verdict !== "same") yield { start: at, end: stop, sure: verdict === "different" };
    at = stop;
  }
}

const edgesOf = (seam: BlockRange | undefined): readonly number[] => (seam === undefined ? [] : [seam.start, seam.end]);

function compare(a: Extent | undefined, b: Extent | undefined, at: number): "same" | "different" | "unsure" {
  if (a === undefined && b === undefined) return "same";
  if ((a && a.physical === undefined) || (b && b.physical === undefined)) return "unsure";
  return placeOf(a, at) === placeOf(b, at) ? "same" : "different";
}

const placeOf = (extent: Extent | undefined, at: number): number | undefined =>
  extent?.physical === undefined ? undefined : extent.physical + at - extent.start;

/** Walks a list of extents from the front to the back. */
class Cursor {
  readonly #extents: readonly Extent[];
  #index = 0;

  constructor(extents: readonly Extent[]) {
    this.#extents = extents;
  }

  /** What lies at a byte, and how far it reaches. */
  at(byte: number): { readonly extent: Extent | undefined; readonly until: number } {
    while ((this.#extents[this.#index]?.end ?? Number.POSITIVE_INFINITY) <= byte) this.#index += 1;
    const extent = this.#extents[this.#index];
    if (extent === undefined) return { extent: undefined, until: Number.POSITIVE_INFINITY };
    return extent.start > byte ? { extent: undefined, until: extent.start } : { extent, until: extent.end };
  }
}
