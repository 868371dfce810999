import { randomUUID } from "node:crypto";
import { pathsOf } from "../../src/csi/node/paths.ts";
import { controllerRpcs, nodeRpcs } from "../../src/csi/rpcs.ts";
import { memoryBackend } from "../fakes/memory-backend.ts";
import { memoryNode } from "../fakes/memory-node.ts";
import { modelHost } from "../fakes/model-host.ts";
import { mount } from "./access.ts";
import { caller } from "./call.ts";

export const staging = "/kubelet/staging";
export const target = "/kubelet/target";

/** The node's RPCs over a backend in memory, on a machine that is only imagined; `volume` makes a volume of it. */
export function nodeOf(kubeletDir: string | undefined = "/kubelet") {
  const backend = memoryBackend();
  const host = modelHost();
  const { world } = host;
  for (const path of ["/kubelet", "/backstage", staging]) world.paths.set(path, "directory");
  const backstage = () => `/backstage/${randomUUID()}`;
  const parts = { backend, node: memoryNode(backend), host, paths: pathsOf(kubeletDir, host), backstage };
  const call = caller([...controllerRpcs(backend), ...nodeRpcs(backend, parts)], 50);

  async function volume(capability = mount(), requiredBytes = 1024): Promise<string> {
    const request = { name: "pvc", volumeCapabilities: [capability], capacityRange: { requiredBytes } };
    const { volume } = await call<{ volume: { volumeId: string } }>("CreateVolume", request);
    world.files.set(`/pool/volumes/${volume.volumeId}/data`, { sizeBytes: requiredBytes, holds: "nothing" });
    return volume.volumeId;
  }

  const stage = (volumeId: string, more: object = {}) =>
    call("NodeStageVolume", { volumeId, stagingTargetPath: staging, volumeCapability: mount(), ...more });
  const publish = (volumeId: string, more: object = {}) =>
    call("NodePublishVolume", {
      ...{ volumeId, stagingTargetPath: staging, targetPath: target, volumeCapability: mount() },
      ...more,
    });
  return { backend, world, call, volume, stage, publish };
}
