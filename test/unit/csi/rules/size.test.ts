import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SizeRules } from "../../../../src/backend/backend.ts";
import {
  anySize,
  chooseSize,
  parseRequiredSizeRange,
  parseSizeRange,
  satisfies,
} from "../../../../src/csi/rules/size.ts";
import { refusal } from "../../../support/refusal.ts";

const rules: SizeRules = { minimumBytes: 1024, maximumBytes: 1_048_576, stepBytes: 512, defaultBytes: 65_536 };
const range = (requiredBytes: number, limitBytes = 0) => ({ requiredBytes, limitBytes });

describe("a range is read as the specification says", () => {
  const wire = (requiredBytes: string, limitBytes: string) => ({ requiredBytes, limitBytes });
  test.each([
    ["none", null, anySize],
    ["an empty one, as sidecars send it", wire("0", "0"), anySize],
    ["required only", wire("5", "0"), range(5)],
    ["limit only", wire("0", "7"), range(0, 7)],
    ["both", wire("5", "7"), range(5, 7)],
    ["a limit beyond all counting limits nothing", wire("5", "9223372036854775807"), range(5)],
  ])("%s", (_, input, expected) => expect(parseSizeRange(input)).toEqual(expected));

  test.each([
    ["required over limit", wire("10", "5"), "OUT_OF_RANGE: capacity_range: required_bytes 10 exceeds limit_bytes 5"],
    ["negative", wire("-1", "0"), "INVALID_ARGUMENT: capacity_range.required_bytes -1 is negative"],
    ["a negative limit", wire("0", "-1"), "INVALID_ARGUMENT: capacity_range.limit_bytes -1 is negative"],
    [
      "more than a number holds",
      wire("9007199254740993", "0"),
      "OUT_OF_RANGE: capacity_range.required_bytes 9007199254740993 exceeds 9007199254740991",
    ],
  ])("%s is refused", (_, input, expected) => expect(refusal(() => parseSizeRange(input))).toBe(expected));

  test.each([[null], [wire("0", "0")]])("where one is required, %o is refused", (input) =>
    expect(refusal(() => parseRequiredSizeRange(input))).toBe("INVALID_ARGUMENT: capacity_range is required"),
  );
});

describe("the size that is made", () => {
  test.each([
    ["the default where nothing is said", anySize, 0, 65_536],
    ["what was asked for", range(4096), 0, 4096],
    ["rounded up to a step", range(4097), 0, 4608],
    ["at least the smallest", range(1), 0, 1024],
    ["less than the default where the limit says so", range(0, 5000), 0, 4608],
    ["as large as the source", range(1024), 10_000, 10_240],
    ["as large as the source, with nothing said", anySize, 100_000, 100_352],
    ["up to the limit itself", range(4096, 4096), 0, 4096],
  ])("is %s", (_, wish, atLeast, expected) => expect(chooseSize(wish, rules, atLeast)).toBe(expected));

  test.each([
    ["the rounded size is over the limit", range(4097, 4100), 0, "limit_bytes 4100 is below 4608"],
    ["the limit is below the smallest", range(0, 512), 0, "limit_bytes 512 is below 1024"],
    ["the source is over the limit", range(0, 2048), 4096, "limit_bytes 2048 is below 4096"],
    ["it is more than possible", range(1_048_577), 0, "required_bytes 1048577 exceeds 1048576"],
  ])("is OUT_OF_RANGE where %s", (_, wish, atLeast, expected) => {
    const said = refusal(() => chooseSize(wish, rules, atLeast));
    expect(said).toMatch(/^OUT_OF_RANGE: /);
    expect(said).toContain(expected);
  });

  test("fits the range and the backend, whatever both are, or is refused", () => {
    const bytes = fc.nat({ max: 2_000_000 });
    fc.assert(
      fc.property(bytes, bytes, bytes, (requiredBytes, limitBytes, atLeast) => {
        fc.pre(limitBytes === 0 || requiredBytes <= limitBytes);
        const wish = range(requiredBytes, limitBytes);
        const said = refusal(() => chooseSize(wish, rules, atLeast));
        if (said !== "it succeeded") {
          expect(said).toMatch(/^OUT_OF_RANGE: /);
          return;
        }
        const size = chooseSize(wish, rules, atLeast);
        expect(satisfies(size, wish)).toBe(true);
        expect(size % rules.stepBytes).toBe(0);
        expect(size).toBeGreaterThanOrEqual(Math.max(rules.minimumBytes, atLeast));
        expect(size).toBeLessThanOrEqual(rules.maximumBytes);
      }),
    );
  });
});
