import { vi } from "vitest";

/**
 * Asks again until that no longer throws, and answers with what it found. How long it takes is the machine's business
 * and never what a test is about.
 */
export const eventually = <Found>(look: () => Found | Promise<Found>): Promise<Found> =>
  vi.waitFor(look, { timeout: 100_000, interval: 100 });
