import pino from "pino";
import { describe, expect, test } from "vitest";
import { exclusive, Locks } from "../../../src/csi/locks.ts";
import type { AnyRpc } from "../../../src/csi/rpc.ts";
import { type Call, type PipelineParts, runCall } from "../../../src/grpc/pipeline.ts";
import { HostError } from "../../../src/node/host-error.ts";
import { Journal } from "../../../src/observe/journal.ts";
import { Metrics } from "../../../src/observe/metrics.ts";

const patient: Call = { signal: new AbortController().signal, deadline: Number.POSITIVE_INFINITY };

/** A pipeline whose log can be read. */
function pipeline(more: Partial<PipelineParts> = {}) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "debug", base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const parts: PipelineParts = {
    ...{ locks: new Locks(), journal: new Journal(), metrics: new Metrics("test.csi.kura.dev"), log },
    ...{ started: Promise.resolve(), ...more },
  };
  return {
    lines,
    parts,
    run: (rpc: AnyRpc, request: object = {}, call = patient) => runCall(rpc, request, call, parts),
  };
}

const rpcOf = (more: Partial<AnyRpc> = {}): AnyRpc => ({
  name: "CreateVolume",
  parse: (request) => request,
  locks: () => [],
  handle: async () => ({ done: true }),
  ...more,
});

describe("a call", () => {
  test("is one line in and one line out, is counted, and is kept in the journal", async () => {
    const { lines, parts, run } = pipeline();
    expect(await run(rpcOf(), { name: "a" })).toEqual({ ok: true, answer: { done: true } });
    expect(lines).toMatchObject([
      { level: 30, rpc: "CreateVolume", call: 1, request: { name: "a" }, msg: "called" },
      { level: 30, rpc: "CreateVolume", call: 1, code: "OK", msg: "answered" },
    ]);
    expect(parts.journal.records()).toMatchObject([{ rpc: "CreateVolume", code: "OK", answer: { done: true } }]);
    expect((await parts.metrics.text()).body).toMatch(/operations_seconds_count\{.*grpc_status_code="OK".*\} 1/);
  });

  test("that is quiet is logged at debug and leaves no trace in the journal, unless it fails", async () => {
    const { lines, parts, run } = pipeline();
    await run(rpcOf({ quiet: true }));
    expect(lines.map(({ level }) => level)).toEqual([20, 20]);
    expect(parts.journal.records()).toEqual([]);
    await run(rpcOf({ quiet: true, handle: () => Promise.reject(new HostError("busy", "later")) }));
    expect(parts.journal.records()).toMatchObject([{ code: "ABORTED", message: "later" }]);
  });

  test.each([
    ["a refusal is a warning", new HostError("no-space", "full"), 40, "RESOURCE_EXHAUSTED", undefined],
    ["what nobody foresaw is an error, with its stack", new TypeError("bug"), 50, "INTERNAL", /TypeError: bug/],
  ])("%s", async (_, error, level, code, stack) => {
    const { lines, run } = pipeline();
    expect(await run(rpcOf({ handle: () => Promise.reject(error) }))).toMatchObject({ ok: false, status: { code } });
    expect(lines[1]).toMatchObject({ level, code, reason: error.message });
    if (stack === undefined) expect(lines[1]).not.toHaveProperty("stack");
    else expect(lines[1]?.["stack"]).toMatch(stack);
  });
});

test("secrets reach neither the log nor the journal, and the handler gets them", async () => {
  const { lines, parts, run } = pipeline();
  let seen: unknown;
  const handle: AnyRpc["handle"] = async (wish) => {
    seen = wish;
    throw new Error("it failed");
  };
  await run(rpcOf({ handle }), { secrets: { key: "hunter2" } });
  expect(seen).toEqual({ secrets: { key: "hunter2" } });
  expect(JSON.stringify([lines, parts.journal.records()])).not.toContain("hunter2");
});

describe("before the handler", () => {
  const never = () => Promise.reject(new Error("it was called"));
  test("fields beyond their limits are refused", async () =>
    expect(await pipeline().run(rpcOf({ handle: never }), { name: "a".repeat(129) })).toMatchObject({
      status: { code: "INVALID_ARGUMENT", message: "name takes 129 bytes, 128 are allowed" },
    }));

  test("a caller who has gone is not served", async () =>
    expect(
      await pipeline().run(rpcOf({ handle: never }), {}, { ...patient, signal: AbortSignal.abort() }),
    ).toMatchObject({
      status: { code: "CANCELLED" },
    }));

  test("what needs the backend waits until it has started; what is quiet does not", async () => {
    const starting = Promise.withResolvers<void>();
    const { run } = pipeline({ started: starting.promise });
    expect(await run(rpcOf({ quiet: true }))).toMatchObject({ ok: true });
    let isServed = false;
    const call = run(rpcOf()).finally(() => {
      isServed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isServed).toBe(false);
    starting.resolve();
    expect(await call).toMatchObject({ ok: true });
  });

  test("locks are held while it works, and who has no time to wait is told so at once", async () => {
    const { parts, run } = pipeline();
    const open = Promise.withResolvers<object>();
    const locks = () => [exclusive("volume/v")];
    const first = run(rpcOf({ locks, handle: () => open.promise }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(parts.locks.size).toBe(1);
    const second = await run(rpcOf({ locks, handle: never }), {}, { ...patient, deadline: Date.now() });
    expect(second).toMatchObject({ status: { code: "ABORTED", message: "an operation is pending for volume/v" } });
    open.resolve({});
    await first;
    expect(parts.locks.size).toBe(0);
  });
});
