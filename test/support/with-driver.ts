import { afterAll, beforeAll } from "vitest";
import { Co } from "./co.ts";
import { type DriverOptions, startTestDriver, type TestDriver } from "./driver.ts";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** What the tests of one file share: filled in before the first of them runs. */
export interface Shared {
  sandbox: Sandbox;
  driver: TestDriver;
  co: Co;
}

export interface WithDriverOptions extends DriverOptions, SandboxOptions {
  /** Flags that name places of the sandbox. */
  readonly flagsFor?: (sandbox: Sandbox) => readonly string[];
}

/** One pool and one driver for all tests of the calling file or `describe`, taken away after them. */
export function withDriver({ flagsFor, ...options }: WithDriverOptions = {}): Shared {
  const shared: Partial<Shared> = {};
  beforeAll(async () => {
    shared.sandbox = await makeSandbox(options);
    const flags = [...(options.flags ?? []), ...(flagsFor?.(shared.sandbox) ?? [])];
    shared.driver = await startTestDriver(shared.sandbox, { ...options, flags });
    shared.co = new Co(shared.sandbox, shared.driver);
  });
  afterAll(async () => {
    await shared.driver?.[Symbol.asyncDispose]();
    await shared.sandbox?.[Symbol.asyncDispose]();
  });
  return shared as Shared;
}
