/**
 * NodeExpandVolume: make the device and the filesystem as large as the volume has become.
 *
 * Spec: csi.proto v1.13, "NodeExpandVolume". Called by kubelet after ControllerExpandVolume said that a node must act.
 *
 *   INVALID_ARGUMENT     a required field is missing, or the capability is not the volume's
 *   NOT_FOUND            the volume does not exist, or is not at volume_path
 *   FAILED_PRECONDITION  the filesystem cannot grow while it is mounted here
 *   OUT_OF_RANGE         the volume itself is not that large: ControllerExpandVolume comes first
 */
import type { NodeExpandVolumeRequest } from "../../../proto/gen/csi/v1/NodeExpandVolumeRequest.ts";
import type { NodeExpandVolumeResponseInit } from "../../../proto/gen/csi/v1/NodeExpandVolumeResponse.ts";
import { type Access, noSuch, type VolumeId } from "../../backend/backend.ts";
import { planExpand } from "../../node/plan-expand.ts";
import { invalid, outOfRange } from "../errors.ts";
import { exclusive, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { parseSizeRange, type SizeRange } from "../rules/size.ts";
import { parseCapability } from "../rules/volume-capability.ts";
import { carryOut, type NodeParts } from "./parts.ts";

interface Wish {
  readonly id: VolumeId;
  readonly path: string;
  readonly size: SizeRange;
  readonly access: Access["kind"] | undefined;
}

export const nodeExpandVolume = (
  parts: NodeParts,
): Rpc<NodeExpandVolumeRequest, Wish, NodeExpandVolumeResponseInit> => ({
  name: "NodeExpandVolume",

  parse({ volumeId, volumePath, capacityRange, volumeCapability }) {
    const id = parseVolumeId(volumeId);
    if (volumePath === "") throw invalid("volume_path is required");
    const access = volumeCapability === null ? undefined : parseCapability(volumeCapability).access.kind;
    return { id, path: volumePath, size: parseSizeRange(capacityRange), access };
  },

  locks: ({ id }) => [exclusive(volumeKey(id))],

  async handle(wish, signal) {
    const { node, host, paths } = parts;
    const volume = await node.find(wish.id, { leastBytes: wish.size.requiredBytes }, signal);
    if (volume === undefined) throw noSuch("volume", wish.id);
    if (wish.access !== undefined && volume.kinds?.has(wish.access) === false) {
      throw invalid(`volume_capability: volume ${wish.id} was not made for ${wish.access}`);
    }
    if (wish.size.requiredBytes > volume.sizeBytes) {
      throw outOfRange(
        `capacity_range.required_bytes ${wish.size.requiredBytes} exceeds the volume's ${volume.sizeBytes}; call ControllerExpandVolume first`,
      );
    }
    const volumePath = await paths.resolve(paths.parse(wish.path, "volume_path"), "volume_path");
    const observed = await host.observe(volume.source, {}, signal);
    const facts = { volume: observed.volume, contents: await host.probe(volume.source, signal) };
    await carryOut(planExpand({ volume, volumePath }, facts), parts, signal);
    return { capacityBytes: volume.sizeBytes };
  },
});
