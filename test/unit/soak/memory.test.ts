import { describe, expect, test } from "vitest";
import { trendOf } from "../../soak/memory.ts";

const samples = (of: (index: number) => object) =>
  Array.from({ length: 30 }, (_, index) => ({
    ...{ calls: index * 300, resident: 140, heapMiB: 25, descriptors: 34 },
    ...of(index),
  }));

describe("memory of a soak", () => {
  test.each([
    ["that stays", () => ({}), 0],
    ["that goes up and down", (index: number) => ({ resident: 140 + (index % 2) * 50 }), 0],
    ["whose heap grows", (index: number) => ({ heapMiB: 25 + index }), 1],
    ["whose resident part grows", (index: number) => ({ resident: 140 + 2 * index }), 1],
    ["whose files are not closed", (index: number) => ({ descriptors: 34 + index }), 1],
  ])("%s", (_, of, complaints) => expect(trendOf(samples(of)).complaints).toHaveLength(complaints));

  test("of a run that was too short says nothing", () =>
    expect(() => trendOf(samples(() => ({})).slice(0, 2))).toThrow());
});
