import type { VolumeCapability } from "../../proto/gen/csi/v1/VolumeCapability.ts";
import type { AccessMode } from "../../src/backend/backend.ts";

/** Capabilities as they come off the wire. */
export const mount = (
  { fsType = "", mountFlags = [] }: { readonly fsType?: string; readonly mountFlags?: readonly string[] } = {},
  mode: AccessMode = "SINGLE_NODE_WRITER",
): VolumeCapability => ({
  accessType: "mount",
  mount: { fsType, mountFlags: [...mountFlags], volumeMountGroup: "" },
  accessMode: { mode },
});

export const block = (mode: AccessMode = "SINGLE_NODE_WRITER"): VolumeCapability => ({
  accessType: "block",
  block: {},
  accessMode: { mode },
});
