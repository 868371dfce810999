import type { VolumeInit } from "../../../proto/gen/csi/v1/Volume.ts";
import type { Backend, Volume } from "../../backend/backend.ts";
import { contentSourceInit } from "../rules/content-source.ts";

/** A volume as the specification describes it to a CO. */
export const volumeInit = (volume: Volume, { hasTopology }: Pick<Backend, "hasTopology">): VolumeInit => ({
  volumeId: volume.id,
  capacityBytes: volume.sizeBytes,
  volumeContext: { ...volume.context },
  contentSource: contentSourceInit(volume.creation.source),
  accessibleTopology: hasTopology ? [{ segments: { ...volume.topology } }] : [],
});

/** Only where volumes are attached does a CO read this field. */
export const statusInit = (volume: Volume, { attachments }: Pick<Backend, "attachments">) => ({
  publishedNodeIds: attachments === undefined ? [] : [...volume.attachedTo],
});
