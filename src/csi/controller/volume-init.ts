import type { VolumeInit } from "../../../proto/gen/csi/v1/Volume.ts";
import type { Backend, ListedVolume } from "../../backend/backend.ts";
import { contentSourceInit } from "../rules/content-source.ts";

/** A volume as the specification describes it to a CO. */
export const volumeInit = (volume: ListedVolume, { hasTopology }: Pick<Backend, "hasTopology">): VolumeInit => ({
  volumeId: volume.id,
  capacityBytes: volume.sizeBytes,
  volumeContext: { ...volume.context },
  contentSource: contentSourceInit(volume.source),
  accessibleTopology: hasTopology ? [{ segments: { ...volume.topology } }] : [],
});

/** Only where volumes are attached does a CO read this field. */
export const statusInit = (volume: ListedVolume, { attachments }: Pick<Backend, "attachments">) => ({
  publishedNodeIds: attachments === undefined ? [] : [...volume.attachedTo],
});
