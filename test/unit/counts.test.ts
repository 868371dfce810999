import { expect, test } from "vitest";
import { describeFailure, showEnd } from "../support/counts.ts";

test("what failed first is told at the end, however much failed, and the sum comes last", () => {
  const failures = Array.from({ length: 500 }, (_, index) => describeFailure(`test ${index}`, "why\n".repeat(50)));
  const end = showEnd({ passed: 3, failures, skipped: 2 });
  const [first, ...lines] = end.split("\n");
  expect(first).toBe("failures:");
  expect(lines[0]).toBe("test 0");
  expect(end.length).toBeLessThan(10_000);
  expect(lines.at(-2)).toMatch(/^and 4\d\d more; /);
  expect(lines.at(-1)).toBe("3 passed, 500 failed, 2 skipped");
});

test("where nothing failed there is the sum alone", () => {
  expect(showEnd({ passed: 3, failures: [], skipped: 2 })).toBe("3 passed, 0 failed, 2 skipped");
});
