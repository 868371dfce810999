import { apply, nothing, type Op, type Result, type State } from "./model.ts";

/** One way in which everything may have happened so far. */
interface Possibility {
  readonly state: State;
  /** Calls that have had their effect and are not answered yet, with the answer that they must get. */
  readonly done: Readonly<Record<number, Result>>;
}

/**
 * What may be the case, while calls are under way whose order nobody knows: every state that some order of them leads
 * to. An answer strikes out those that do not fit; when none is left the driver has done what no order explains.
 */
export class History {
  #possible: readonly Possibility[] = [{ state: nothing, done: {} }];
  readonly #pending = new Map<number, Op>();
  /** Calls whose caller went away: perhaps done, perhaps not, perhaps later. */
  readonly #lost = new Set<number>();
  #last = 0;

  /** All states that may be the case when nothing is under way. */
  get states(): readonly State[] {
    return this.#possible.map(({ state }) => state);
  }

  get pending(): readonly Op[] {
    return [...this.#pending.values()];
  }

  get lost(): number {
    return this.#lost.size;
  }

  begin(op: Op): number {
    this.#last += 1;
    this.#pending.set(this.#last, op);
    return this.#last;
  }

  /** False where no order of the calls leads to that answer. */
  answered(call: number, result: Result): boolean {
    const fitting = this.#reachable().flatMap((possibility) => confirm(possibility, call, result));
    this.#forget(call);
    this.#possible = unique(fitting);
    return fitting.length > 0;
  }

  /** Refused because of others: it had no effect. */
  refused(call: number): boolean {
    this.#possible = this.#possible.filter(({ done }) => done[call] === undefined);
    this.#forget(call);
    return this.#possible.length > 0;
  }

  lose(call: number): void {
    this.#lost.add(call);
  }

  /** Nothing is under way any more: what was lost has had its effect, or never will. */
  settle(): void {
    const reached = this.#reachable();
    for (const call of [...this.#pending.keys()]) this.#forget(call);
    this.#possible = unique(reached.map(({ state }) => ({ state, done: {} })));
  }

  /** Keeps what agrees with what was seen; `see` may also fill in ids. False where nothing does. */
  see(agree: (state: State) => State | undefined): boolean {
    const agreed = this.#possible.flatMap(({ state, done }) => {
      const seen = agree(state);
      return seen === undefined ? [] : [{ state: seen, done }];
    });
    this.#possible = unique(agreed);
    return agreed.length > 0;
  }

  #forget(call: number): void {
    this.#pending.delete(call);
    this.#lost.delete(call);
  }

  /** Everything that pending calls may have led to, each of them done or not, in any order. */
  #reachable(): readonly Possibility[] {
    const found = new Map<string, Possibility>();
    const open = [...this.#possible];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const key = keyOf(next);
      if (found.has(key)) continue;
      found.set(key, next);
      for (const [call, op] of this.#pending) {
        if (next.done[call] !== undefined) continue;
        const { state, result } = apply(next.state, op, unknownId(call));
        open.push({ state, done: { ...next.done, [call]: result } });
      }
    }
    return [...found.values()];
  }
}

const unknownId = (call: number): string => `new ${call}`;
export const isUnknown = (id: string): boolean => id.startsWith("new ");

/** The possibility with that answer in it; an id that nobody knew is known from then on. */
function confirm({ state, done }: Possibility, call: number, result: Result): readonly Possibility[] {
  const { [call]: expected, ...others } = done;
  if (expected === undefined || expected.code !== result.code || expected.bytes !== result.bytes) return [];
  if (expected.id === result.id) return [{ state, done: others }];
  if (expected.id === undefined || result.id === undefined || !isUnknown(expected.id)) return [];
  return [name({ state, done: others }, expected.id, result.id)];
}

export const name = <T>(value: T, unknown: string, id: string): T =>
  JSON.parse(JSON.stringify(value).replaceAll(`"${unknown}"`, `"${id}"`)) as T;

const keyOf = (possibility: Possibility): string => JSON.stringify(possibility);
const unique = (possible: readonly Possibility[]): readonly Possibility[] => [
  ...new Map(possible.map((possibility) => [keyOf(possibility), possibility])).values(),
];
