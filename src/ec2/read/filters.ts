import { invalidValue, refused } from "../error.ts";
import type { Parameters } from "../wire/parameters.ts";
import type { Tags } from "../world/records.ts";

export interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** "You can specify up to 200 filter values in a single call." */
const mostValues = 200;

/** `Filter.N.Name` and `Filter.N.Value.M`. */
export function readFilters(parameters: Parameters): readonly Filter[] {
  const filters = parameters
    .structures("Filter")
    .map((filter) => ({ name: filter.required("Name"), values: filter.list("Value") }));
  const count = filters.reduce((sum, { values }) => sum + values.length, 0);
  if (count > mostValues)
    throw refused(
      "FilterLimitExceeded",
      `The maximum number of filter values specified on a single call is ${mostValues}`,
    );
  return filters;
}

type Found = string | number | boolean | undefined | readonly (string | undefined)[];

/** What each filter looks at. */
export type Attributes<T> = Readonly<Record<string, (thing: T) => Found>>;

/** Whether a thing passes: any value of each filter, `*` for any text and `?` for one character. */
export function matcher<T>(
  filters: readonly Filter[],
  attributes: Attributes<T>,
  tagsOf: ((thing: T) => Tags) | undefined,
): (thing: T) => boolean {
  const tests = filters.map(({ name, values }) => {
    const look = lookFor(name, attributes, tagsOf);
    const isWanted = anyOf(values);
    return (thing: T) => asList(look(thing)).some(isWanted);
  });
  return (thing) => tests.every((test) => test(thing));
}

/** Those that pass, one by one: a page that is full asks for no more. */
export function* only<T>(things: Iterable<T>, passes: (thing: T) => boolean): Generator<T> {
  for (const thing of things) if (passes(thing)) yield thing;
}

function lookFor<T>(
  name: string,
  attributes: Attributes<T>,
  tagsOf: ((thing: T) => Tags) | undefined,
): (thing: T) => Found {
  if (tagsOf !== undefined) {
    if (name === "tag-key") return (thing) => Object.keys(tagsOf(thing));
    if (name.startsWith("tag:")) {
      const key = name.slice("tag:".length);
      return (thing) => (Object.hasOwn(tagsOf(thing), key) ? tagsOf(thing)[key] : undefined);
    }
  }
  const look = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (look === undefined) throw invalidValue(`The filter '${name}' is invalid`);
  return look;
}

const asList = (found: Found): readonly string[] =>
  (Array.isArray(found) ? found : [found]).filter((value) => value !== undefined).map(String);

/** Most values are plain, and a set of them is looked up at once. */
function anyOf(values: readonly string[]): (text: string) => boolean {
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)));
  const patterns = values.filter((value) => !plain.has(value)).map(patternOf);
  return (text) => plain.has(text) || patterns.some((pattern) => pattern.test(text));
}

/** A backslash takes a wildcard's meaning away: `\*amazon\?` finds `*amazon?`. */
function patternOf(value: string): RegExp {
  const source = value.replace(/\\[\s\S]|[\s\S]/g, (part) => {
    if (part === "*") return "[\\s\\S]*";
    if (part === "?") return "[\\s\\S]";
    const literal = part.length === 2 ? part.slice(1) : part;
    return literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}
