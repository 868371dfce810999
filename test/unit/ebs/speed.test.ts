import { describe, expect, test } from "vitest";
import {
  type AskedSpeed,
  checkSpeed,
  rulesOf,
  speedOf,
  volumeTypeNames,
} from "../../../src/backend/ebs/volume-types.ts";

const asked = (wish: Partial<AskedSpeed>): AskedSpeed => ({
  type: "gp3",
  iops: undefined,
  iopsPerGiB: undefined,
  raise: false,
  throughput: undefined,
  ...wish,
});

describe("what EC2 is asked for", () => {
  const table: readonly (readonly [Partial<AskedSpeed>, number, object])[] = [
    [{}, 10, { iops: undefined, throughput: undefined }],
    [{ iops: 3000, throughput: 125 }, 1, { iops: 3000, throughput: 125 }],
    [{ iops: 80_000, throughput: 2000 }, 160, { iops: 80_000, throughput: 2000 }],
    [{ iopsPerGiB: 50, raise: true }, 10, { iops: 3000, throughput: undefined }],
    [{ iopsPerGiB: 500 }, 1000, { iops: 80_000, throughput: undefined }],
    [{ throughput: 750 }, 10, { iops: undefined, throughput: 750 }],
    [{ type: "io1", iopsPerGiB: 50 }, 100, { iops: 5000, throughput: undefined }],
    [{ type: "io1", iopsPerGiB: 1, raise: true }, 4, { iops: 100, throughput: undefined }],
    [{ type: "io2", iops: 10_000 }, 10, { iops: 10_000, throughput: undefined }],
    // as much as the size can have of it
    [{ iops: 16_000 }, 10, { iops: 5000, throughput: undefined }],
    [{ iops: 16_000 }, 1, { iops: 3000, throughput: undefined }],
    [{ iops: 16_000, throughput: 1000 }, 1, { iops: 3000, throughput: 750 }],
    [{ iops: 16_000, throughput: 1000 }, 10, { iops: 5000, throughput: 1000 }],
    [{ iopsPerGiB: 500, throughput: 1000 }, 6, { iops: 3000, throughput: 750 }],
    [{ type: "io1", iops: 64_000 }, 4, { iops: 200, throughput: undefined }],
    [{ type: "io2", iops: 256_000 }, 100, { iops: 100_000, throughput: undefined }],
    [{ type: "gp2" }, 100, { iops: undefined, throughput: undefined }],
  ];
  test.each(table)("%j of %d GiB", (wish, size, speed) => expect(speedOf(asked(wish), size)).toEqual(speed));
});

describe("what no volume can have is refused, with what it can", () => {
  const table: readonly (readonly [Partial<AskedSpeed>, number, RegExp])[] = [
    [{ iops: 2999 }, 10, /iops 2999 is not possible for gp3: from 3000 to 80000/],
    [{ iops: 80_001 }, 1000, /from 3000 to 80000/],
    [{ iopsPerGiB: 501 }, 10, /iopsPerGB 501 is not possible for gp3: from 1 to 500/],
    [{ iopsPerGiB: 50 }, 10, /iopsPerGB 500 for 10 GiB is not possible for gp3: from 3000/],
    [{ iops: 3000, iopsPerGiB: 5 }, 10, /exclude each other/],
    [{ throughput: 1000 }, 10, /throughput 1000 needs more iops: 3000 allow at most 750/],
    [{ iops: 4000, throughput: 1001 }, 1000, /throughput 1001 needs more iops: 4000 allow at most 1000/],
    [{ type: "io1", iops: 64_001 }, 10, /iops 64001 is not possible for io1: from 100 to 64000/],
    [{ type: "io1" }, 10, /iops is required for io1: from 100 to 64000/],
    [{ type: "io2", iops: 256_001 }, 1000, /from 100 to 256000/],
    [{ type: "gp2", iops: 3000 }, 10, /iops is not possible for gp2/],
    [{ type: "st1", iopsPerGiB: 3 }, 200, /iopsPerGB is not possible for st1/],
    [{ type: "io2", iops: 100, throughput: 125 }, 10, /throughput is not possible for io2/],
  ];
  test.each(table)("%j of %d GiB", (wish, size, message) => expect(() => speedOf(asked(wish), size)).toThrow(message));
});

test.each(volumeTypeNames)("%s: every figure within its own range can be had", (type) => {
  const { iops, throughput, sizeGiB } = rulesOf(type);
  for (const value of [iops?.least, iops?.most]) {
    if (value === undefined) continue;
    expect(() => checkSpeed(asked({ type, iops: value }))).not.toThrow();
    expect(speedOf(asked({ type, iops: value }), sizeGiB.most).iops).toBe(value);
  }
  if (throughput !== undefined)
    expect(speedOf(asked({ type, throughput: throughput.most, iops: iops?.most }), sizeGiB.most).throughput).toBe(2000);
});
