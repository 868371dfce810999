import { DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import { fromSnapshot } from "../support/co.ts";
import { instanceId } from "../support/ebs-backend.ts";
import { eventually } from "../support/eventually.ts";
import { makePlace } from "./place.ts";

const GiB = 2 ** 30;
const hour = 3_600_000;

test("a restored volume is fetched at the rate that is asked for, and its pod waits for it where the class says so", async () => {
  let ahead = 0;
  await using place = await makePlace([], { now: () => Date.now() + ahead });
  const { co, simulator } = place;
  const bytes = 10_000 * GiB;
  const volume = await co.create("source", { bytes });
  const snapshot = await co.snapshot("source", volume);
  ahead += hour;
  await eventually(async () =>
    expect(await co.call("GetSnapshot", snapshot)).toMatchObject({ snapshot: { readyToUse: true } }),
  );

  const source = fromSnapshot(snapshot);
  const rate = { volumeInitializationRate: "200" };
  const atOnce = await co.create("at-once", { bytes, source, parameters: rate });
  const patient = await co.create("patient", {
    bytes,
    source,
    parameters: { ...rate, blockAttachUntilInitialized: "true" },
  });
  const { Volumes = [] } = await simulator.client.send(
    new DescribeVolumesCommand({ VolumeIds: [atOnce.id, patient.id] }),
  );
  expect(Volumes.map(({ VolumeInitializationRate }) => VolumeInitializationRate)).toEqual([200, 200]);

  using questions = place.fault({ kind: "slow", action: "DescribeVolumeStatus", delayMs: 0 });
  const publish = ({ id: volumeId, capability }: typeof patient) =>
    co.call("ControllerPublishVolume", { volumeId, nodeId: instanceId, volumeCapability: capability });
  await publish(atOnce);
  expect(questions.fired()).toBe(0);

  let isDone = false;
  const published = publish(patient).then(() => {
    isDone = true;
  });
  await eventually(() => expect(questions.fired()).toBeGreaterThan(2));
  expect(isDone).toBe(false);
  ahead += hour;
  await published;
});

test("a rate is refused where there is nothing to fetch", async () => {
  await using place = await makePlace();
  const parameters = { volumeInitializationRate: "200" };
  await expect(place.co.create("blank", { bytes: GiB, parameters })).rejects.toThrow(/needs a snapshot/);
});
