import { expect, test } from "vitest";
import { checkCount, literally } from "../../../src/backend/ebs/tags.ts";
import { saysDeleted, tokenOf } from "../../../src/backend/ebs/token.ts";

test.each([
  ["plain", "plain"],
  ["*", "\\*"],
  ["a?b*", "a\\?b\\*"],
  ["back\\slash", "back\\\\slash"],
])("in a filter %s is written %s", (text, written) => expect(literally(text)).toBe(written));

test("more tags than EC2 takes are refused before it is asked", () => {
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: "" }));
  expect(checkCount(tags(50))).toHaveLength(50);
  expect(() => checkCount(tags(51))).toThrow(/51 tags/);
});

test("a name has its tokens, the first one the upstream driver's, all of 64 characters", () => {
  // printf pvc-1 | sha256sum
  expect(tokenOf("pvc-1", 1)).toBe("f2868e1aa7cab669517cd9f5ab1b7957c0b92df38fef583267e34e1acc8253fe");
  expect(new Set([1, 2, 3].map((attempt) => tokenOf("pvc-1", attempt))).size).toBe(3);
  for (const attempt of [1, 2]) expect(tokenOf("x".repeat(128), attempt)).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ["The client token you have provided is associated with a resource that is already deleted.", true],
  ["The request uses the same client token as a previous, but non-identical request.", false],
])("%s → %s", (said, expected) => expect(saysDeleted(said)).toBe(expected));
