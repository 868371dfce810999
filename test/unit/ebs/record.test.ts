import { expect, test } from "vitest";
import type { Creation, SnapshotId } from "../../../src/backend/backend.ts";
import { creationOf, readRecord, recordOfCreation, recordTags } from "../../../src/backend/ebs/record.ts";

const creation: Creation = {
  name: "pvc-1",
  sizeBytes: 2 ** 30,
  parameters: { type: "gp3", tagspecification_1: "a=*" },
  kinds: ["mount"],
  fsType: "xfs",
  source: { kind: "snapshot", id: "snap-0123456789abcdef0" as SnapshotId },
};
const readBack = (wished: Creation) =>
  creationOf(wished.name, readRecord(recordTags(recordOfCreation(wished)).toReversed()) ?? {});

test("what a volume was asked for can be read from its tags", () => expect(readBack(creation)).toEqual(creation));

test("in as many tags as it takes, none of them too long, whatever the characters", () => {
  const parameters = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`tagspecification_${index}`, `k${index}=${"蔵🗄".repeat(40)}`]),
  );
  const long = { ...creation, parameters };
  expect(readBack(long)).toEqual(long);
  for (const { Value = "" } of recordTags(recordOfCreation(long))) expect([...Value].length).toBeLessThanOrEqual(256);
});

test.each([
  ["no tags", []],
  ["tags of others", [{ Key: "Name", Value: "{}" }]],
  ["what is no JSON", [{ Key: "kura.dev/record", Value: "{" }]],
  ["what is no object", [{ Key: "kura.dev/record", Value: "1" }]],
])("%s: nothing is on record", (_, tags) => expect(readRecord(tags)).toBeUndefined());
