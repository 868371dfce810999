import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { BackendError, type Fault } from "../../src/backend/backend.ts";

/** The storage word with which a call fails; what is no BackendError fails the test. */
export async function expectFault(call: Promise<unknown>, kind: Fault["kind"]): Promise<void> {
  const error = await call.then(
    () => "it succeeded",
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(BackendError);
  expect((error as BackendError).fault.kind).toBe(kind);
}

/** What is busy is asked again, as a CO does. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let patience = 200; ; patience -= 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BackendError) || error.fault.kind !== "busy" || patience === 0) throw error;
      await delay(10);
    }
  }
}
