import { expect, test } from "vitest";
import { isReachableFrom, type Topology } from "../../../src/backend/backend.ts";
import { limitsOf } from "../../../src/backend/loop/limits.ts";

const twoKeys = { "topology.kubernetes.io/zone": "a", "topology.ebs.csi.aws.com/zone": "a" };

test.each<[string, Topology, Topology, boolean]>([
  ["its own place", { node: "a" }, { node: "a" }, true],
  ["another", { node: "a" }, { node: "b" }, false],
  ["its own, told with more", { node: "a" }, { node: "a", zone: "z" }, true],
  ["a place of other segments", { node: "a" }, { zone: "z" }, false],
  ["nowhere in particular", { node: "a" }, {}, false],
  ["by one of its two keys", twoKeys, { "topology.kubernetes.io/zone": "a" }, true],
  ["by the other of its two keys", twoKeys, { "topology.ebs.csi.aws.com/zone": "a" }, true],
  ["by two keys that disagree", twoKeys, { ...twoKeys, "topology.ebs.csi.aws.com/zone": "b" }, false],
  ["anywhere, where it names no place", {}, { node: "a" }, true],
])("a thing is reachable from %s", (_, thing, there, expected) => expect(isReachableFrom(thing, there)).toBe(expected));

test.each([
  [{}, { iops: undefined, throughputBytes: undefined }],
  [
    { iops: "0", throughput: "0" },
    { iops: undefined, throughputBytes: undefined },
  ],
  [{ iops: "300" }, { iops: 300, throughputBytes: undefined }],
  [{ throughput: "5" }, { iops: undefined, throughputBytes: 5 * 2 ** 20 }],
])("parameters %j are limits %j", (parameters, expected) => expect(limitsOf(parameters)).toEqual(expected));
