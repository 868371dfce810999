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
