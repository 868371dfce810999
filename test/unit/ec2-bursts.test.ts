import { expect, test } from "vitest";
import { Bursts } from "../../src/ec2/hotplug/bursts.ts";
import { type Performance, performanceOf } from "../../src/ec2/limits/performance.ts";
import type { VolumeShape } from "../../src/ec2/limits/volume-shape.ts";

const shape = (type: VolumeShape["type"], sizeGiB: number, iops?: number): VolumeShape => ({
  type,
  sizeGiB,
  iops,
  throughputMiB: type === "gp3" ? 125 : undefined,
  multiAttach: false,
});
const mebibyte = 2 ** 20;

test.each([
  [shape("gp3", 10, 3000), 3000, 125, undefined],
  [shape("gp2", 100, 300), 3000, 128, 300],
  [shape("gp2", 1000, 3000), 3000, 250, undefined],
  [shape("gp2", 5334, 16_000), 16_000, 250, undefined],
  [shape("io1", 100, 2000), 2000, 500, undefined],
  [shape("io1", 2000, 64_000), 64_000, 1000, undefined],
  [shape("io2", 100, 256_000), 256_000, 4000, undefined],
  [shape("st1", 1024), undefined, 250, 40 * mebibyte],
  [shape("st1", 16_384), undefined, 500, 500 * mebibyte],
  [shape("sc1", 1024), undefined, 80, 12 * mebibyte],
] as const)("%j does %s IOPS and %d MiB/s, and %s once its bucket is empty", (given, iops, throughputMiB, baseline) => {
  const { limits, burst } = performanceOf(given);
  expect(limits).toEqual({ iops, throughputBytes: throughputMiB * mebibyte });
  expect(burst?.baseline).toBe(baseline);
});

test("a bucket is emptied by use, holds to the baseline, and fills while nothing is done", () => {
  let used = 0;
  const bursts = new Bursts(() => used);
  const performance: Performance = {
    limits: { iops: 3000, throughputBytes: undefined },
    burst: { what: "iops", baseline: 300, most: 3000, capacity: 6000 },
  };
  const at = (seconds: number) => bursts.limitsOf("7:0", performance, seconds * 1000).iops;
  expect(at(0)).toBe(3000);
  used += 3000;
  expect(at(1)).toBe(3000);
  used += 4000;
  expect(at(2)).toBe(300);
  used += 300;
  expect(at(3)).toBe(300);
  expect(at(8)).toBe(300); // 1,500 credits: not worth it yet
  expect(at(14)).toBe(3000);
  bursts.forget("7:0");
  expect(at(15)).toBe(3000);
});
