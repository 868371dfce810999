import type { VolumeCapability } from "../../../proto/gen/csi/v1/VolumeCapability.ts";
import type { Access, AccessMode, Backend, Capability } from "../../backend/backend.ts";
import { type FsType, fsTypes, isFsType } from "../../node/volume.ts";
import { invalid } from "../errors.ts";
import { parseMountFlags } from "./mount-flags.ts";

/** What the specification calls a volume capability: by which API and in which mode a volume is used. */
export function parseCapability(capability: VolumeCapability | null, field = "volume_capability"): Capability {
  if (capability === null) throw invalid(`${field} is required`);
  return { access: parseAccess(capability, field), mode: parseMode(capability, field) };
}

/** The list of a request that requires at least one. */
export function parseCapabilities(capabilities: readonly VolumeCapability[]): readonly Capability[] {
  if (capabilities.length === 0) throw invalid("volume_capabilities is required");
  return capabilities.map((capability, index) => parseCapability(capability, `volume_capabilities[${index}]`));
}

function parseAccess(capability: VolumeCapability, field: string): Access {
  switch (capability.accessType) {
    case "block":
      return { kind: "block" };
    case "mount":
      return {
        kind: "mount",
        fsType: parseFsType(capability.mount?.fsType ?? "", field),
        flags: parseMountFlags(capability.mount?.mountFlags ?? [], `${field}.mount.mount_flags`),
      };
    default:
      throw invalid(`${field}.access_type is required`);
  }
}

function parseFsType(fsType: string, field: string) {
  if (fsType === "") return undefined;
  if (isFsType(fsType)) return fsType;
  throw invalid(`${field}.mount.fs_type ${JSON.stringify(fsType)} is not one of ${fsTypes.join(", ")}`);
}

function parseMode(capability: VolumeCapability, field: string): AccessMode {
  const mode: string | number = capability.accessMode?.mode ?? "UNKNOWN";
  if (mode === "UNKNOWN" || typeof mode !== "string") throw invalid(`${field}.access_mode ${mode} is not known`);
  return mode as AccessMode;
}

/** Only readers, anywhere. */
export const isReaderOnly = (mode: AccessMode): boolean => mode.endsWith("_READER_ONLY");

/** May be published at a second path of the same node. */
export const allowsManyTargets = (mode: AccessMode): boolean =>
  mode.startsWith("MULTI_NODE_") || mode === "SINGLE_NODE_MULTI_WRITER";

/** Why the backend cannot serve volumes in this way, or undefined where it can. */
export function objectionTo(
  { access, mode }: Capability,
  backend: Pick<Backend, "kinds" | "accessModes">,
): string | undefined {
  if (!backend.kinds.has(access.kind)) return `access_type ${access.kind} is not offered`;
  if (!backend.accessModes.has(mode))
    return `access_mode ${mode} is not offered, only ${[...backend.accessModes].join(", ")}`;
  return undefined;
}

export const kindsOf = (capabilities: readonly Capability[]): readonly Access["kind"][] =>
  [...new Set(capabilities.map(({ access }) => access.kind))].sort();

/** The filesystem that the capabilities agree on; a volume holds one only. */
export function fsTypeOf(capabilities: readonly Capability[]): FsType | undefined {
  const named = new Set(capabilities.flatMap(({ access }) => (access.kind === "mount" ? (access.fsType ?? []) : [])));
  if (named.size > 1) throw invalid(`volume_capabilities: fs_type cannot be ${[...named].join(" and ")} at a time`);
  return [...named][0];
}
