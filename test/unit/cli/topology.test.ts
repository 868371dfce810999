import { describe, expect, test } from "vitest";
import { localTopologyOf } from "../../../src/cli/make-local.ts";

describe("the place of a node", () => {
  const placeOf = (nodeId: string) =>
    localTopologyOf("loop.csi.kura.dev", nodeId)["topology.loop.csi.kura.dev/node"] ?? "";
  test.each(["node-a", "ip-10-0-0-1.eu-west-1.compute.internal", "n".repeat(63)])("is its name: %s", (name) =>
    expect(placeOf(name)).toBe(name),
  );
  test("is its first 40 characters and a hash where the name is longer than a label's value may be", () => {
    const long = `${"n".repeat(100)}.example.com`;
    expect(placeOf(long)).toMatch(/^n{40}-[0-9a-f]{20}$/);
    expect(placeOf(long).length).toBeLessThanOrEqual(63);
    expect(placeOf(long)).not.toBe(placeOf(`${"n".repeat(100)}.example.org`));
  });
  test.each([63, 64, 253])("is a label's value, for a name of %s characters", (length) =>
    expect(placeOf(`${"a.".repeat(200).slice(0, length - 1)}b`)).toMatch(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/),
  );
});
