import { AsyncLocalStorage } from "node:async_hooks";

/** One call, from its request to its answer, with everything that was done for it. */
export interface CallRecord {
  readonly id: number;
  readonly rpc: string;
  readonly startedAt: string;
  readonly request: unknown;
  ms?: number;
  code?: string;
  message?: string;
  answer?: unknown;
  lockWaitMs?: number;
  /** What was decided to do, in order; `ms` once it is done. */
  readonly steps: StepRecord[];
  /** What was run on the host for it. */
  readonly commands: CommandRecord[];
}

export interface StepRecord {
  readonly step: unknown;
  begun?: true;
  /** Set once it is done. */
  ms?: number;
}

export interface CommandRecord {
  readonly argv: readonly string[];
  readonly exitCode: number | undefined;
  readonly ms: number;
}

const capacity = 500;
const mostPerCall = 100;

/**
 * The last calls, in memory: who wants to know what the driver does looks here. Bounded in every direction, so it can
 * stay on. What is noted while a call runs belongs to that call, however deep it happens.
 */
export class Journal {
  readonly #records: CallRecord[] = [];
  readonly #current = new AsyncLocalStorage<CallRecord>();
  readonly #now: () => Date;
  readonly #entries = new WeakMap<object, StepRecord>();
  #lastId = 0;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  begin(rpc: string, request: unknown): CallRecord {
    this.#lastId += 1;
    return {
      id: this.#lastId,
      rpc,
      startedAt: this.#now().toISOString(),
      request: abridge(request),
      steps: [],
      commands: [],
    };
  }

  /** Everything noted in `work` belongs to `record`. */
  during<T>(record: CallRecord, work: () => Promise<T>): Promise<T> {
    return this.#current.run(record, work);
  }

  end(record: CallRecord, outcome: { ms: number; code: string; message?: string; answer?: unknown }): void {
    Object.assign(record, outcome, outcome.answer === undefined ? {} : { answer: abridge(outcome.answer) });
  }

  keep(record: CallRecord): void {
    this.#records.push(record);
    if (this.#records.length > capacity) this.#records.shift();
  }

  /** A plan that is made while a step of another one is done belongs behind that step. */
  notePlan(steps: readonly object[]): void {
    const record = this.#current.getStore();
    if (record === undefined) return;
    const noted = steps.slice(0, mostPerCall - record.steps.length).map((step) => {
      const entry: StepRecord = { step: abridge(step) };
      this.#entries.set(step, entry);
      return entry;
    });
    const running = record.steps.findLastIndex(({ begun, ms }) => begun && ms === undefined);
    record.steps.splice(running === -1 ? record.steps.length : running + 1, 0, ...noted);
  }

  noteStep(step: object, phase: "before" | "after", ms: number): void {
    const entry = this.#entries.get(step);
    if (entry === undefined) return;
    if (phase === "before") entry.begun = true;
    else entry.ms = ms;
  }

  noteCommand(command: CommandRecord): void {
    const record = this.#current.getStore();
    if (record !== undefined && record.commands.length < mostPerCall) record.commands.push(command);
  }

  noteLockWait(ms: number): void {
    const record = this.#current.getStore();
    if (record !== undefined) record.lockWaitMs = ms;
  }

  /** Newest last. */
  records(): readonly CallRecord[] {
    return this.#records;
  }
}

const longestString = 200;
const longestList = 4;
const mostFields = 40;

/** Enough of a value to understand a call, however large it is. */
export function abridge(value: unknown, depth = 6): unknown {
  if (typeof value === "string")
    return value.length > longestString ? `${copyOfStart(value)}… (${value.length})` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) {
    const shown = value.slice(0, longestList).map((item) => abridge(item, depth - 1));
    return value.length > longestList ? [...shown, `… ${value.length - longestList} more`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, mostFields).map(([key, item]) => [abridge(key), abridge(item, depth - 1)]);
  if (entries.length > mostFields) shown.push(["…", `${entries.length - mostFields} more`]);
  return Object.fromEntries(shown);
}

/** A slice would keep all of the string that it was cut from in memory, for as long as the journal keeps it. */
const copyOfStart = (text: string): string => Buffer.from(text.slice(0, longestString)).toString();
