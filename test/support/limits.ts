import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { groupsOf, type ThrottleTree } from "../../src/host/throttle.ts";

/** What the kernel enforces on a device (major:minor) in one group, alike for both trees: `write_bps 10485760`. */
export const limitsIn = (group: string, device: string): readonly string[] =>
  readdirSync(group)
    .filter((file) => file === "io.max" || v1File.test(file))
    .flatMap((file) =>
      readFileSync(join(group, file), "utf8")
        .split("\n")
        .filter((line) => line.startsWith(`${device} `))
        .flatMap((line) => limitsOfLine(file, line)),
    )
    .sort();

const v1File = /^blkio\.throttle\.((?:read|write)_(?:iops|bps))_device$/;

function limitsOfLine(file: string, line: string): readonly string[] {
  const [, ...words] = line.trim().split(" ");
  const [, what] = v1File.exec(file) ?? [];
  if (what !== undefined) return [`${what} ${words[0]}`];
  return words
    .map((word) => word.replace(/^r/, "read_").replace(/^w/, "write_").replace("=", " "))
    .filter((limit) => !limit.endsWith(" max"));
}

/** What binds everybody: v1's root shows it; v2's root has no limits, its groups have. */
export const limitsOnMachine = (tree: ThrottleTree, device: string): readonly string[] =>
  tree.version === 1
    ? limitsIn(tree.root, device)
    : [...new Set(groupsOf(tree).flatMap((group) => limitsIn(group, device)))].sort();

/**
 * A limit lets through what it says: never more, and as much in the best of a few rounds, for what else runs on the
 * machine only ever takes away.
 */
export async function expectRate(measure: () => Promise<number>, limit: number, what: string): Promise<void> {
  const seen: number[] = [];
  while (seen.length < 8) {
    const rate = await measure();
    expect(rate, what).toBeLessThan(limit * 1.3);
    seen.push(Math.round(rate));
    if (rate > limit * 0.7) return;
  }
  expect.fail(`${what}: ${limit} are let through, and it did ${seen.join(", ")}`);
}
