import { expect, test } from "vitest";
import { missingOf } from "../../src/kubernetes/node.ts";

const region = { "topology.kubernetes.io/region": "us-east-1" };

test.each([
  ["a node without labels gets it", {}, region],
  ["a node with others too", { "kubernetes.io/os": "linux" }, region],
  ["a node that has it, nothing", region, {}],
  ["a node that has another value, nothing: it is somebody else's", { "topology.kubernetes.io/region": "here" }, {}],
])("%s", (_, has, missing) => {
  expect(missingOf(region, has)).toEqual(missing);
});
