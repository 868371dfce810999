import { describe, expect, test } from "vitest";
import { isKept } from "../ec2/support/rates.ts";

describe("a promised rate", () => {
  test.each([
    ["reached", { promised: 3000, measured: 2900 }, true],
    ["missed by more than a tenth", { promised: 3000, measured: 2600 }, false],
    ["missed on a disk that could", { promised: 3000, measured: 2600, disk: 20_000 }, false],
    ["missed on a disk that cannot", { promised: 3000, measured: 1500, disk: 2000 }, true],
    [
      "missed on a slow disk by a limit that is ten times too tight",
      { promised: 3000, measured: 300, disk: 3200 },
      false,
    ],
  ])("%s", (_, rate, kept) => expect(isKept(rate)).toBe(kept));
});
