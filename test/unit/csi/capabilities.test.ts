import { describe, expect, test } from "vitest";
import { controllerCapabilities, nodeCapabilities, pluginServices } from "../../../src/csi/capabilities.ts";
import { controllerRpcs, groupControllerRpcs, identityRpcs, nodeRpcs } from "../../../src/csi/rpcs.ts";
import { serviceOf } from "../../../src/grpc/load.ts";
import { memoryBackend } from "../../fakes/memory-backend.ts";
import { memoryNode } from "../../fakes/memory-node.ts";
import { modelHost } from "../../fakes/model-host.ts";

const info = { name: "memory.csi.kura.dev", version: "1", manifest: {} };
const namesOf = (rpcs: readonly { readonly name: string }[]) => rpcs.map(({ name }) => name);

function partsOf(backend: ReturnType<typeof memoryBackend>) {
  const resolve = async (path: string) => path;
  const paths = { parse: (path: string) => path, resolve, resolveMountPoint: resolve };
  return { backend, node: memoryNode(backend), host: modelHost(), paths, backstage: () => "/backstage" };
}

describe("a backend that offers everything serves every RPC of its services", () => {
  const backend = memoryBackend();
  test.each([
    ["Identity", identityRpcs(backend, info, true)],
    ["Controller", controllerRpcs(backend)],
    ["GroupController", groupControllerRpcs(backend)],
    ["Node", nodeRpcs(backend, partsOf(backend))],
  ] as const)("%s", (service, rpcs) => expect(namesOf(rpcs).sort()).toEqual(Object.keys(serviceOf(service)).sort()));
});

describe("what is not offered is neither advertised nor served", () => {
  test.each([
    [
      "attachments",
      ["PUBLISH_UNPUBLISH_VOLUME", "PUBLISH_READONLY", "LIST_VOLUMES_PUBLISHED_NODES"],
      ["ControllerPublishVolume", "ControllerUnpublishVolume"],
    ],
    ["expansion", ["EXPAND_VOLUME"], ["ControllerExpandVolume"]],
    [
      "snapshots",
      ["CREATE_DELETE_SNAPSHOT", "LIST_SNAPSHOTS", "GET_SNAPSHOT"],
      ["CreateSnapshot", "DeleteSnapshot", "ListSnapshots", "GetSnapshot"],
    ],
    ["cloning", ["CLONE_VOLUME"], []],
    ["capacity", ["GET_CAPACITY"], ["GetCapacity"]],
    ["modification", ["MODIFY_VOLUME"], ["ControllerModifyVolume"]],
    [
      "health",
      ["GET_VOLUME_HEALTH", "LIST_VOLUME_HEALTH"],
      ["ControllerListVolumeHealth", "ControllerGetVolumeHealth"],
    ],
  ] as const)("%s", (absent, capabilities, rpcs) => {
    const [whole, less] = [memoryBackend(), memoryBackend({ without: [absent] })];
    const missing = (all: readonly string[], some: readonly string[]) => all.filter((name) => !some.includes(name));
    expect(missing(controllerCapabilities(whole), controllerCapabilities(less)).sort()).toEqual(
      [...capabilities].sort(),
    );
    expect(missing(namesOf(controllerRpcs(whole)), namesOf(controllerRpcs(less))).sort()).toEqual([...rpcs].sort());
  });

  test("groups", () => {
    const less = memoryBackend({ without: ["groups"] });
    expect(pluginServices(less, true)).not.toContain("GROUP_CONTROLLER_SERVICE");
    expect(groupControllerRpcs(less)).toEqual([]);
  });

  test("growth on the node", () => {
    const less = memoryBackend({ without: ["expansion"] });
    expect(nodeCapabilities(less, memoryNode(less))).not.toContain("EXPAND_VOLUME");
    expect(namesOf(nodeRpcs(less, partsOf(less)))).not.toContain("NodeExpandVolume");
  });
});

describe("the services of a process", () => {
  test.each([
    ["with a controller", true, ["CONTROLLER_SERVICE", "GROUP_CONTROLLER_SERVICE"]],
    ["of a node alone", false, []],
  ])("%s", (_, controller, expected) =>
    expect(pluginServices(memoryBackend(), controller).filter((name) => !name.includes("ACCESSIBILITY"))).toEqual(
      expected,
    ),
  );

  test("places are told of, for volumes and for snapshots", () => {
    const places = ["VOLUME_ACCESSIBILITY_CONSTRAINTS", "SNAPSHOT_ACCESSIBILITY_CONSTRAINTS"];
    expect(pluginServices(memoryBackend(), true)).toEqual(expect.arrayContaining(places));
    const placeless = { ...memoryBackend(), hasTopology: false };
    expect(pluginServices(placeless, true)).not.toContain(places[0]);
  });
});

test("growth is online wherever there is growth", async () => {
  const capabilitiesOf = async (backend: ReturnType<typeof memoryBackend>) => {
    const rpc = identityRpcs(backend, info, true).find(({ name }) => name === "GetPluginCapabilities");
    return rpc?.handle(rpc.parse({}), new AbortController().signal);
  };
  const online = { volumeExpansion: { type: "ONLINE" } };
  expect(await capabilitiesOf(memoryBackend())).toMatchObject({ capabilities: expect.arrayContaining([online]) });
  expect(await capabilitiesOf(memoryBackend({ without: ["expansion"] }))).not.toMatchObject({
    capabilities: expect.arrayContaining([online]),
  });
});
