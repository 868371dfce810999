interface Version<T> {
  readonly from: number;
  readonly value: T | undefined;
}

/**
 * Things by id, as they are and as they were: a describe that lags behind is an answer from a moment ago. Versions are
 * kept as long as `keepMs` says that somebody may look back.
 */
export class Timeline<T extends { readonly id: string }> {
  readonly #versions = new Map<string, readonly Version<T>[]>();
  /** When what is gone went, the earliest first. */
  readonly #gone = new Map<string, number>();
  readonly #keepMs: () => number;
  #order: readonly string[] | undefined;

  constructor(keepMs: () => number) {
    this.#keepMs = keepMs;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#versions.size;
  }

  set(value: T, now: number): void {
    this.#add(value.id, { from: now, value }, now);
  }

  delete(id: string, now: number): void {
    if (this.#versions.has(id)) this.#add(id, { from: now, value: undefined }, now);
  }

  get(id: string, at: number): T | undefined {
    return this.#versions.get(id)?.findLast(({ from }) => from <= at)?.value;
  }

  /** In the order of ids, which does not change while somebody pages through it. */
  *values(at: number): Generator<T> {
    this.#order ??= [...this.#versions.keys()].sort();
    for (const id of this.#order) {
      const value = this.get(id, at);
      if (value !== undefined) yield value;
    }
  }

  #add(id: string, version: Version<T>, now: number): void {
    const old = this.#versions.get(id);
    if (old === undefined) this.#order = undefined;
    const oldest = now - this.#keepMs();
    const last = old?.findLastIndex(({ from }) => from <= oldest) ?? -1;
    this.#versions.set(id, [...(old ?? []).slice(Math.max(0, last)), version]);
    this.#gone.delete(id);
    if (version.value === undefined) this.#gone.set(id, now);
    this.#forget(oldest);
  }

  /** What went before anybody can look back. */
  #forget(oldest: number): void {
    for (const [id, at] of this.#gone) {
      if (at > oldest) return;
      this.#gone.delete(id);
      this.#versions.delete(id);
      this.#order = undefined;
    }
  }
}
