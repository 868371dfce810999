import { describe, expect, test } from "vitest";
import { attachLimitOf } from "../../src/instance-types.ts";
import { attachLimits } from "../support/attach-limits.ts";

describe("how many volumes a type takes, and whether network interfaces take from the same number", () => {
  const rows = attachLimits.flatMap(([kind, volumes, types]) =>
    types.split(" ").map((type) => [type, volumes, kind] as const),
  );
  test.each(rows)("%s: %d, %s", (type, volumes, kind) => expect(attachLimitOf(type)).toMatchObject({ volumes, kind }));
});
