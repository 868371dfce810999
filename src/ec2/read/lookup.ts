import type { Parameters } from "../wire/parameters.ts";
import { type Filter, readFilters } from "./filters.ts";
import { type Page, readPage } from "./page.ts";

/** What every Describe is asked: by id, by filter, in pages. */
export interface Lookup {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
  readonly page: Page;
}

export const readLookup = (parameters: Parameters, ids: readonly string[], most: number): Lookup => ({
  ids,
  filters: readFilters(parameters),
  page: readPage(parameters, most, ids),
});
