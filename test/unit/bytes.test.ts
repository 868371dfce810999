import { describe, expect, test } from "vitest";
import { parseBytes } from "../../src/bytes.ts";
import { bytesIn, showBytes } from "../../src/cli/bytes.ts";

describe("sizes as Kubernetes writes them", () => {
  test.each([
    ["0", 0],
    ["1073741824", 2 ** 30],
    ["1Ki", 1024],
    ["20Gi", 20 * 2 ** 30],
    ["64Ti", 64 * 2 ** 40],
    ["1.5Mi", 1.5 * 2 ** 20],
    ["500M", 500_000_000],
    ["1k", 1000],
    ["0.3", 0],
  ])("%s is %s bytes", (text, expected) => {
    expect(parseBytes(text)).toBe(expected);
    expect(bytesIn(text, "--image")).toBe(expected);
  });
  test.each(["", "Gi", "20GB", "20gi", "-1", "1e3", "1 Gi", "1,5Gi", "0x10"])("%j is none", (text) => {
    expect(parseBytes(text)).toBeUndefined();
    expect(() => bytesIn(text, "--image")).toThrow(`--image ${text} is not a size such as 20Gi or 500M`);
  });
});

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [20 * 2 ** 30, "20 GiB"],
  [2 ** 53, "8 PiB"],
  [2 ** 60, "1024 PiB"],
])("%s is shown as %s", (bytes, expected) => expect(showBytes(bytes)).toBe(expected));
