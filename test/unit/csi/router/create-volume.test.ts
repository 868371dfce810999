import { describe, expect, test } from "vitest";
import { mount } from "../../../support/access.ts";
import { cluster, inPlace, nodesOf, on } from "../../../support/cluster.ts";
import { refusalOf } from "../../../support/refusal.ts";

const request = (name: string, more: object = {}) => ({ name, volumeCapabilities: [mount()], ...more });
const preferring = (node: string, ...nodes: readonly string[]) => ({
  accessibilityRequirements: { preferred: [on(node)], requisite: nodes.map(on) },
});

describe("a volume is made once", () => {
  test.each([
    ["where it is bound to be", inPlace("node-b"), "node-b"],
    ["where it is preferred", preferring("node-b", "node-a", "node-b"), "node-b"],
    ["anywhere, where nothing is said", {}, "node-a"],
  ])("%s", async (_, places, expected) => {
    const { call, peers } = cluster();
    await call("CreateVolume", request("pvc-1", places));
    expect(nodesOf(peers)).toEqual([expected]);
  });

  test("asked for again it is the same, wherever it would now be preferred", async () => {
    const { call, peers } = cluster();
    const first = await call("CreateVolume", request("pvc-1", preferring("node-b", "node-a", "node-b")));
    expect(await call("CreateVolume", request("pvc-1", preferring("node-a", "node-a", "node-b")))).toEqual(first);
    expect(nodesOf(peers)).toEqual(["node-b"]);
  });

  test("a node without room leaves it to the next one that the wish allows", async () => {
    const { call, peers } = cluster({ totalBytes: { "node-a": 1024 } });
    await call("CreateVolume", request("pvc-1", preferring("node-a", "node-a", "node-b")));
    expect(nodesOf(peers)).toEqual(["node-b"]);
  });

  test.each([
    ["none of them has room", inPlace("node-a"), "RESOURCE_EXHAUSTED: there is room for 1024 bytes"],
    [
      "none of them is known",
      inPlace("node-z"),
      "RESOURCE_EXHAUSTED: no node of the requested topology can hold volume pvc-1",
    ],
  ])("where %s, the CO must choose another place", async (_, places, expected) => {
    const { call } = cluster({ totalBytes: { "node-a": 1024 } });
    expect(await refusalOf(call("CreateVolume", request("pvc-1", places)))).toBe(expected);
  });

  test("what its node refuses for good is refused", async () => {
    const { call } = cluster();
    await call("CreateVolume", request("pvc-1", { parameters: { iops: "1" } }));
    expect(await refusalOf(call("CreateVolume", request("pvc-1", { parameters: { iops: "2" } })))).toBe(
      "ALREADY_EXISTS: volume pvc-1 exists with other parameters",
    );
    expect(await refusalOf(call("CreateVolume", request("pvc-2", { parameters: { x: "" } })))).toMatch(
      /^INVALID_ARGUMENT: parameter x is not known/,
    );
  });
});

describe("an answer that did not come is never final, and one volume it stays", () => {
  test("made, the answer lost, and asked for again", async () => {
    const { call, peers, a } = cluster();
    a.losesReplies = true;
    expect(await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-a", "node-b"))))).toMatch(
      /^UNAVAILABLE/,
    );
    a.losesReplies = false;
    await call("CreateVolume", request("pvc-1", inPlace("node-a", "node-b")));
    expect(nodesOf(peers)).toEqual(["node-a"]);
  });

  test("made, the answer lost, the pod rescheduled to where it cannot be reached: the CO must choose again", async () => {
    const { call, peers, a } = cluster();
    a.losesReplies = true;
    await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-a"))));
    a.losesReplies = false;
    expect(await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-b"))))).toBe(
      "RESOURCE_EXHAUSTED: volume pvc-1 is on node node-a, which the requested topology does not allow",
    );
    await call("CreateVolume", request("pvc-1", inPlace("node-a")));
    expect(nodesOf(peers)).toEqual(["node-a"]);
  });

  test("perhaps made, its node away since: nobody else makes it", async () => {
    const { call, peers, a } = cluster();
    a.losesReplies = true;
    await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-a", "node-b"))));
    a.reachable = false;
    expect(await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-b"))))).toBe(
      "UNAVAILABLE: node node-a may have made volume pvc-1 and cannot be reached now",
    );
    expect(nodesOf(peers)).toEqual(["node-a"]);
  });

  test("still being made, with nothing to show yet: nobody else makes it", async () => {
    const { call, peers, a } = cluster();
    const open = Promise.withResolvers<void>();
    a.pause = open.promise;
    a.losesReplies = true;
    await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-a", "node-b"))));
    a.losesReplies = false;
    expect(await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-b"))))).toMatch(/^ABORTED/);
    expect(nodesOf(peers)).toEqual([]);
    open.resolve();
    await call("CreateVolume", request("pvc-1", inPlace("node-a", "node-b")));
    expect(nodesOf(peers)).toEqual(["node-a"]);
  });

  test("never arrived: once that is known, it is made elsewhere", async () => {
    const { call, peers, a } = cluster();
    a.arrives = false;
    expect(await refusalOf(call("CreateVolume", request("pvc-1", inPlace("node-a"))))).toMatch(/^UNAVAILABLE/);
    a.arrives = true;
    await call("CreateVolume", request("pvc-1", inPlace("node-b")));
    expect(nodesOf(peers)).toEqual(["node-b"]);
  });

  test("with no node at all nothing is known", async () => {
    const { call, peers } = cluster();
    for (const peer of peers) peer.reachable = false;
    expect(await refusalOf(call("CreateVolume", request("pvc-1")))).toBe("UNAVAILABLE: no node can be reached now");
  });

  test("a node that is away and was never asked stands in nobody's way", async () => {
    const { call, peers, a } = cluster();
    a.reachable = false;
    await call("CreateVolume", request("pvc-1"));
    expect(nodesOf(peers)).toEqual(["node-b"]);
  });
});

describe("a copy is made where its source is", () => {
  const copyOf = (volumeId: string) => ({ volumeContentSource: { volume: { volumeId } } });
  const withSource = async () => {
    const made = cluster();
    const { volume } = await made.call<{ volume: { volumeId: string } }>(
      "CreateVolume",
      request("source", inPlace("node-b")),
    );
    return { ...made, source: copyOf(volume.volumeId), id: volume.volumeId };
  };

  test.each([
    ["nothing is said", {}],
    ["its node is allowed", inPlace("node-a", "node-b")],
    ["another is preferred", preferring("node-a", "node-a", "node-b")],
  ])("where %s", async (_, places) => {
    const { call, peers, source } = await withSource();
    await call("CreateVolume", request("copy", { ...source, ...places }));
    expect(nodesOf(peers)).toEqual(["node-b", "node-b"]);
  });

  test("bound to another node, the CO must choose another place", async () => {
    const { call, source, id } = await withSource();
    expect(await refusalOf(call("CreateVolume", request("copy", { ...source, ...inPlace("node-a") })))).toBe(
      `RESOURCE_EXHAUSTED: the source ${id} is on node node-b, which the requested topology does not allow`,
    );
  });

  test("with its node away nothing is final", async () => {
    const { call, source, b } = await withSource();
    b.reachable = false;
    expect(await refusalOf(call("CreateVolume", request("copy", source)))).toBe(
      "UNAVAILABLE: node node-b cannot be reached now",
    );
  });

  test.each([
    [
      "of no pool that was ever heard of",
      "cccccccc-00000000000000000000-000000",
      /^UNAVAILABLE: no node that holds pool cccccccc/,
    ],
    ["that cannot be one of ours", "vol-1", /^NOT_FOUND: source vol-1 does not exist/],
    [
      "that its node does not have",
      "bbbbbbbb-00000000000000000000-000000",
      /^NOT_FOUND: volume bbbbbbbb-.* does not exist/,
    ],
  ])("of a source %s", async (_, id, expected) => {
    const { call } = cluster();
    expect(await refusalOf(call("CreateVolume", request("copy", copyOf(id))))).toMatch(expected);
  });
});
