/** What happened lately: EC2 may show the world as it was some seconds ago, and this is what we know better. */
export class Recent<Value = true> {
  readonly #entries = new Map<string, { readonly value: Value; readonly at: number }>();
  readonly #keepMs: number;
  readonly #now: () => number;

  constructor(keepMs: number, now: () => number) {
    this.#keepMs = keepMs;
    this.#now = now;
  }

  get(key: string): Value | undefined {
    this.#forgetOld();
    return this.#entries.get(key)?.value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, at: this.#now() });
  }

  remove(key: string): void {
    this.#entries.delete(key);
  }

  #forgetOld(): void {
    for (const [key, { at }] of this.#entries) {
      if (this.#now() - at < this.#keepMs) return;
      this.#entries.delete(key);
    }
  }
}
