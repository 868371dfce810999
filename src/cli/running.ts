/** What was started, to be ended in the opposite order: when it is time, or where a later part cannot start. */
export class Running {
  readonly #ends: (() => unknown)[] = [];

  add<Part>(part: Part, end: (part: Part) => unknown): Part {
    this.#ends.push(() => end(part));
    return part;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** Starts parts one by one; where one fails, those before it are ended, or the process would go on without it. */
export async function startAll<Started>(start: (running: Running) => Promise<Started>): Promise<Started> {
  const running = new Running();
  try {
    return await start(running);
  } catch (error) {
    await running.end();
    throw error;
  }
}
