import type { Volume } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { planChange } from "../../../src/backend/ebs/plan-change.ts";

const gp3: Volume = { VolumeId: "vol-1", VolumeType: "gp3", Size: 10, Iops: 5000, Throughput: 125 };
const io1: Volume = { VolumeId: "vol-1", VolumeType: "io1", Size: 10, Iops: 500 };
const rising = {
  Tags: [
    { Key: "ebs.csi.aws.com/IOPSPerGb", Value: "300" },
    { Key: "ebs.csi.aws.com/AllowAutoIOPSIncreaseOnModify", Value: "true" },
  ],
};

describe("what ModifyVolume is asked for", () => {
  const table: readonly (readonly [string, Volume, number | undefined, Record<string, string>, object | undefined])[] =
    [
      ["a size that it has", gp3, 10, {}, undefined],
      ["growth keeps the speed", gp3, 100, {}, { Size: 100 }],
      ["growth keeps a speed that our table does not know yet", { ...gp3, Iops: 100_000 }, 100, {}, { Size: 100 }],
      ["growth of io1 keeps the speed", io1, 20, {}, { Size: 20 }],
      ["more operations than the size can have, as many as it can", gp3, undefined, { iops: "16000" }, undefined],
      ["the same of io1", io1, undefined, { iops: "64000" }, undefined],
      [
        "and after growth as many as were wanted",
        { ...gp3, Size: 100 },
        undefined,
        { iops: "16000" },
        { Iops: 16_000 },
      ],
      ["together with growth", gp3, 20, { iops: "16000" }, { Size: 20, Iops: 10_000 }],
      ["throughput for the operations that it has", gp3, undefined, { throughput: "1250" }, { Throughput: 1250 }],
      ["operations for each GiB", gp3, 20, { iopspergb: "400" }, { Size: 20, Iops: 8000 }],
      ["operations that rise with growth", { ...gp3, ...rising }, 20, {}, { Size: 20, Iops: 6000 }],
      ["another type", gp3, undefined, { type: "io2" }, { VolumeType: "io2" }],
      ["another type that cannot have so many", gp3, undefined, { type: "io1" }, { VolumeType: "io1", Iops: 500 }],
      ["another type with a figure of its own", io1, undefined, { type: "gp3" }, { VolumeType: "gp3" }],
    ];
  test.each(table)("%s", (_, volume, sizeGiB, parameters, plan) =>
    expect(planChange(volume, { sizeGiB, parameters })).toEqual(plan),
  );
});

describe("what no volume of the type can have is refused, with what it can", () => {
  test.each([
    [{ iops: "80001" }, /iops 80001 is not possible for gp3: from 3000 to 80000/],
    [{ throughput: "1251" }, /throughput 1251 needs more iops: 5000 allow at most 1250/],
    [{ type: "gp2", iops: "3000" }, /iops is not possible for gp2/],
  ])("%j", (parameters, message) =>
    expect(() => planChange(gp3, { sizeGiB: undefined, parameters: parameters as Record<string, string> })).toThrow(
      message,
    ),
  );
});
