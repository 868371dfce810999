import type { Locks } from "../csi/locks.ts";
import type { AnyRpc } from "../csi/rpc.ts";
import { checkFieldLimits } from "../csi/rules/field-limits.ts";
import { type Status, statusOf } from "../csi/status.ts";
import type { Log } from "../log.ts";
import type { CallRecord, Journal } from "../observe/journal.ts";
import type { Metrics } from "../observe/metrics.ts";
import { redact } from "./redact.ts";

export interface PipelineParts {
  readonly locks: Locks;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Resolves when calls that need the backend can be served. */
  readonly started: Promise<void>;
}

/** What the transport knows of a call. */
export interface Call {
  readonly signal: AbortSignal;
  /** When the caller stops waiting; Infinity: never. */
  readonly deadline: number;
  /** Hands on one message of a stream; resolves when the next one may come. */
  readonly send?: (message: object, signal: AbortSignal) => Promise<void>;
}

export type Outcome = { readonly ok: true; readonly answer: object } | { readonly ok: false; readonly status: Status };

/** The most that a call waits for another one on the same volume. */
const mostPatienceMs = 2000;

/** The way of every call: journal → parse → lock → handle → status. One line in, one line out. */
export async function runCall(rpc: AnyRpc, request: object, call: Call, parts: PipelineParts): Promise<Outcome> {
  const { journal, metrics, log } = parts;
  const shown = redact(request);
  const record = journal.begin(rpc.name, shown);
  const level = rpc.quiet ? "debug" : "info";
  log[level]({ rpc: rpc.name, call: record.id, request: shown }, "called");
  metrics.begun();
  const began = performance.now();
  const outcome = await journal.during(record, () => settle(rpc, request, call, parts));
  const ms = performance.now() - began;
  const { code, message } = outcome.ok ? { code: "OK", message: undefined } : outcome.status;
  journal.end(record, {
    ms,
    code,
    ...(message === undefined ? {} : { message }),
    ...(outcome.ok ? { answer: outcome.answer } : {}),
  });
  if (!rpc.quiet || !outcome.ok) journal.keep(record);
  metrics.ended(rpc.name, code, ms);
  logOutcome(rpc, record, outcome, parts);
  return outcome;
}

async function settle(
  rpc: AnyRpc,
  request: object,
  call: Call,
  { locks, journal, started }: PipelineParts,
): Promise<Outcome> {
  try {
    checkFieldLimits(request);
    const wish = rpc.parse(request);
    if (rpc.quiet === undefined) await started;
    const asked = performance.now();
    const answer = await locks.run(rpc.locks(wish), patience(call), async () => {
      journal.noteLockWait(performance.now() - asked);
      call.signal.throwIfAborted();
      const answer = await rpc.handle(wish, call.signal);
      return isStream(answer) ? sendAll(answer, call) : answer;
    });
    return { ok: true, answer };
  } catch (error) {
    return { ok: false, status: { ...statusOf(error, call.signal), cause: error } };
  }
}

const isStream = (answer: object): answer is AsyncIterable<object> => Symbol.asyncIterator in answer;

/** Of a stream the journal keeps how many messages it had. */
async function sendAll(stream: AsyncIterable<object>, { send, signal }: Call): Promise<object> {
  let messages = 0;
  for await (const message of stream) {
    await send?.(message, signal);
    messages += 1;
  }
  return { messages };
}

const patience = ({ deadline }: Call): number => Math.max(0, Math.min(mostPatienceMs, (deadline - Date.now()) / 2));

function logOutcome(rpc: AnyRpc, record: CallRecord, outcome: Outcome, { log }: PipelineParts): void {
  const line = { rpc: rpc.name, call: record.id, code: record.code, ms: Math.round(record.ms ?? 0) };
  if (outcome.ok) {
    log[rpc.quiet ? "debug" : "info"](line, "answered");
    return;
  }
  const { message, cause } = outcome.status;
  const isBug = record.code === "INTERNAL";
  log[isBug ? "error" : "warn"](
    { ...line, reason: message, ...(isBug && cause instanceof Error ? { stack: cause.stack } : {}) },
    "answered",
  );
}
