import { AttachVolumeCommand, CreateVolumeCommand, DescribeInstanceTypesCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { roomFor } from "../../src/backend/ebs/attach-limit.ts";
import { deviceNames } from "../../src/backend/ebs/device-names.ts";
import { attachLimits } from "../support/attach-limits.ts";
import { here, makeSimulator, refusalOf, testClock, zone } from "./support/simulator.ts";

const types = attachLimits.flatMap(([, , names]) => names.split(" "));
const nothingTaken = { networkInterfaces: 1, volumesAtBoot: 0 };

test("of every type EC2 says what a driver on it tells Kubernetes", async () => {
  await using ec2 = await makeSimulator();
  const answer = await ec2.client.send(new DescribeInstanceTypesCommand({ InstanceTypes: types as never[] }));
  const told = answer.InstanceTypes?.map(({ InstanceType, EbsInfo }) => [InstanceType, EbsInfo?.MaximumEbsAttachments]);
  expect(Object.fromEntries(told ?? [])).toEqual(
    Object.fromEntries(types.map((type) => [type, roomFor(type, nothingTaken)])),
  );
});

describe("as many volumes as a driver tells of are attached, and no more", () => {
  test.each(["c7g.large", "d3.8xlarge", "i8g.large", "hpc7g.16xlarge", "g3s.xlarge"])("%s", async (type) => {
    const clock = testClock();
    await using ec2 = await makeSimulator({ now: clock.now, instances: [{ id: here, type, zone }] });
    const attachAs = async (Device: string | undefined) => {
      const { VolumeId } = await ec2.client.send(new CreateVolumeCommand({ AvailabilityZone: zone, Size: 1 }));
      clock.advance(5000);
      await ec2.client.send(new AttachVolumeCommand({ VolumeId, InstanceId: here, Device }));
    };
    const room = roomFor(type, nothingTaken);
    for (const name of deviceNames.slice(0, room)) await attachAs(name);
    expect(await refusalOf(attachAs(deviceNames[room]))).toMatchObject({ code: "AttachmentLimitExceeded" });
  });
});
