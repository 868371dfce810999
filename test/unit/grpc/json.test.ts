import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../../src/cli/csi.ts";
import { UsageError } from "../../../src/config.ts";
import { allRpcs } from "../../../src/grpc/client.ts";
import { answerToJson, JsonError, requestFields, requestFromJson } from "../../../src/grpc/json.ts";

describe("JSON in proto3's mapping is a request", () => {
  test.each<[string, object, object]>([
    ["CreateVolume", { name: "a" }, { name: "a" }],
    ["CreateVolume", { capacityRange: { requiredBytes: 5 } }, { capacityRange: { requiredBytes: "5" } }],
    ["CreateVolume", { capacity_range: { required_bytes: "5" } }, { capacityRange: { requiredBytes: "5" } }],
    ["CreateVolume", { parameters: { iops: 300 } }, { parameters: { iops: "300" } }],
    [
      "CreateVolume",
      { volumeCapabilities: [{ block: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } }] },
      { volumeCapabilities: [{ block: {}, accessMode: { mode: "SINGLE_NODE_WRITER" } }] },
    ],
    ["NodePublishVolume", { readonly: "true" }, { readonly: true }],
    ["ListVolumes", { maxEntries: "3" }, { maxEntries: 3 }],
    ["ListVolumes", { maxEntries: -3 }, { maxEntries: -3 }],
  ])("%s: %j", (rpc, json, expected) =>
    expect(requestFromJson(rpc, json as Record<string, unknown>)).toEqual(expected),
  );

  test.each<[string, object, string]>([
    ["ListVolumes", { maxEntry: 1 }, "maxEntry is not a field of ListVolumesRequest; it has maxEntries, startingToken"],
    ["ListVolumes", { maxEntries: "many" }, 'maxEntries "many" is not a whole number'],
    ["ListVolumes", { maxEntries: 1.5 }, "maxEntries 1.5 is not a whole number"],
    ["CreateVolume", { capacityRange: 5 }, "capacityRange must be a JSON object"],
    [
      "CreateVolume",
      { capacityRange: { requiredBytes: "5Gi" } },
      'capacityRange.requiredBytes "5Gi" is not a whole number',
    ],
    ["CreateVolume", { parameters: [] }, "parameters must be a JSON object of strings"],
    ["CreateVolume", { volumeCapabilities: {} }, "volumeCapabilities must be a list"],
    ["NodePublishVolume", { readonly: "yes" }, 'readonly "yes" is not true or false'],
  ])("%s: %j is refused", (rpc, json, expected) => {
    expect(() => requestFromJson(rpc, json as Record<string, unknown>)).toThrow(JsonError);
    expect(() => requestFromJson(rpc, json as Record<string, unknown>)).toThrow(expected);
  });

  test("a mode that is not known is refused with those that are", () =>
    expect(() => requestFromJson("CreateVolume", { volumeCapabilities: [{ accessMode: { mode: "RWX" } }] })).toThrow(
      /^volumeCapabilities\[0\]\.accessMode\.mode "RWX" is not one of UNKNOWN, SINGLE_NODE_WRITER, /,
    ));

  test.each(allRpcs())("%s has fields that can be said", (rpc) => expect(Array.isArray(requestFields(rpc))).toBe(true));
});

describe("an answer is JSON in proto3's mapping", () => {
  test.each<[string, object, unknown]>([
    ["Probe", { ready: { value: true } }, { ready: true }],
    ["Probe", { ready: null }, {}],
    [
      "GetCapacity",
      { availableCapacity: "5", maximumVolumeSize: { value: "4" } },
      { availableCapacity: "5", maximumVolumeSize: "4" },
    ],
    [
      "CreateSnapshot",
      { snapshot: { snapshotId: "s", creationTime: { seconds: "1700000000", nanos: 250_000_000 }, readyToUse: true } },
      { snapshot: { snapshotId: "s", creationTime: "2023-11-14T22:13:20.250Z", readyToUse: true } },
    ],
    [
      "ListVolumes",
      { entries: [{ volume: { volumeId: "v", volumeContext: { a: "b" } } }], nextToken: "" },
      { entries: [{ volume: { volumeId: "v", volumeContext: { a: "b" } } }], nextToken: "" },
    ],
  ])("%s", (rpc, answer, expected) => expect(answerToJson(rpc, answer)).toEqual(expected));
});

describe("fields on the command line", () => {
  test.each<[string, readonly string[], object]>([
    ["DeleteVolume", ["--volume-id", "v"], { volumeId: "v" }],
    ["DeleteVolume", ["--volume-id=v=w"], { volumeId: "v=w" }],
    ["NodePublishVolume", ["--readonly", "--target-path", "/t"], { readonly: "true", targetPath: "/t" }],
    ["NodePublishVolume", ["--readonly", "false"], { readonly: "false" }],
    ["CreateVolume", ["--parameters", "iops=3", "--parameters", "a=b=c"], { parameters: { iops: "3", a: "b=c" } }],
    ["CreateVolume", ["--parameters", '{"iops":"3"}'], { parameters: { iops: "3" } }],
    ["CreateVolume", ["--capacity-range", '{"requiredBytes":"5"}'], { capacityRange: { requiredBytes: "5" } }],
    [
      "CreateVolumeGroupSnapshot",
      ["--source-volume-ids", "a", "--source-volume-ids", "b"],
      { sourceVolumeIds: ["a", "b"] },
    ],
    ["CreateVolumeGroupSnapshot", ["--source-volume-ids", '["a","b"]'], { sourceVolumeIds: ["a", "b"] }],
    ["CreateVolume", ["--volume-capabilities", '{"block":{}}'], { volumeCapabilities: [{ block: {} }] }],
    ["ListVolumes", ["--max-entries", "-1"], { maxEntries: "-1" }],
  ])("%s %j", (rpc, words, expected) => expect(fieldsOf(rpc, words)).toEqual(expected));

  test.each<[string, readonly string[], string]>([
    ["DeleteVolume", ["--volume"], "--volume is not a field of DeleteVolume; it has --volume-id, --secrets"],
    ["Probe", ["x"], "x is not a field of Probe; it has none"],
    ["DeleteVolume", ["--volume-id"], "--volume-id needs a value"],
    ["DeleteVolume", ["--volume-id", "--secrets", "a=b"], "--volume-id needs a value"],
    ["CreateVolume", ["--parameters", "iops"], "--parameters iops is not of the form key=value"],
    ["CreateVolume", ["--parameters", "{iops"], "--parameters is not JSON: "],
    ["CreateVolume", ["--capacity-range", "5Gi"], "--capacity-range is not JSON: "],
  ])("%s %j is refused", (rpc, words, expected) => {
    expect(() => fieldsOf(rpc, words)).toThrow(UsageError);
    expect(() => fieldsOf(rpc, words)).toThrow(expected);
  });
});
