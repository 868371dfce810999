import { invalidValue, refused } from "../error.ts";

/**
 * The parameters of a request, `Filter.1.Value.2=…`, read by name. Whatever nobody has read in the end is a parameter
 * that is not known: better refused than ignored.
 */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>;
  readonly #prefix: string;
  readonly #read: Set<string>;

  constructor(values: ReadonlyMap<string, string>, prefix = "", read = new Set<string>()) {
    this.#values = values;
    this.#prefix = prefix;
    this.#read = read;
  }

  text(name: string): string | undefined {
    const key = this.#prefix + name;
    this.#read.add(key);
    return this.#values.get(key);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === "") throw missing(name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,10}$/.test(value))
      throw invalidValue(`Value (${value}) for parameter ${onWire(name)} is invalid. Expected: an integer.`);
    return Number(value);
  }

  boolean(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^(true|false)$/i.test(value))
      throw invalidValue(`Value (${value}) for parameter ${onWire(name)} is invalid. Expected: 'true' or 'false'.`);
    return value.toLowerCase() === "true";
  }

  /** `name.1`, `name.2` … */
  list(name: string): readonly string[] {
    return this.#indexes(name).flatMap((index) => this.text(`${name}.${index}`) ?? []);
  }

  /** What lies below `name.1.`, `name.2.` … */
  structures(name: string): readonly Parameters[] {
    return this.#indexes(name).map((index) => this.structure(`${name}.${index}`));
  }

  structure(name: string): Parameters {
    return new Parameters(this.#values, `${this.#prefix}${name}.`, this.#read);
  }

  /** All that was asked for, in one order: what the same client token must always come with. */
  fingerprint(except: readonly string[]): string {
    const asked = [...this.#values].filter(([key]) => !except.includes(key));
    return JSON.stringify(asked.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  refuseUnread(): void {
    for (const key of this.#values.keys()) {
      if (!this.#read.has(key)) throw refused("UnknownParameter", `The parameter ${key} is not recognized`);
    }
  }

  /** Any numbering will do, as long as it tells an order. */
  #indexes(name: string): readonly number[] {
    const start = `${this.#prefix}${name}.`;
    const indexes = new Set<number>();
    for (const key of this.#values.keys()) {
      const index = key.startsWith(start) ? /^\d{1,6}/.exec(key.slice(start.length))?.[0] : undefined;
      if (index !== undefined) indexes.add(Number(index));
    }
    return [...indexes].sort((a, b) => a - b);
  }
}

export const missing = (name: string) =>
  refused("MissingParameter", `The request must contain the parameter ${onWire(name)}`);

/** EC2's messages name parameters with a small first letter. */
const onWire = (name: string): string => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
