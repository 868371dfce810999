import type { Backend, Parameters, VolumeId, Volumes } from "../../backend/backend.ts";
import type { NodeBackend } from "../../backend/node-backend.ts";
import { parseBytes } from "../../bytes.ts";
import { invalid, precondition } from "../errors.ts";
import { exclusive, type Lock, volumeKey } from "../locks.ts";

/**
 * Volumes that a pod writes into its own manifest (Kubernetes' CSI ephemeral volumes): no claim, no CreateVolume. They
 * are made when they are published and gone when they are unpublished. Who may write a pod chooses their parameters, so
 * those come from a list of harmless ones, and their size has a limit.
 */
export interface InlineRules {
  readonly maximumBytes: number;
}

export interface InlineWish {
  readonly sizeBytes: number;
  readonly parameters: Parameters;
}

/** What kubelet says where `podInfoOnMount` is set in the CSIDriver object. */
const ephemeralKey = "csi.storage.k8s.io/ephemeral";

export const isInline = (volumeContext: Parameters): boolean => volumeContext[ephemeralKey] === "true";

/** kubelet makes these ids: "csi-" and a SHA-256. Nothing else is taken for one, so none is ever a path. */
const isInlineId = (id: string): boolean => /^csi-[0-9a-f]{64}$/.test(id);

/** A name that no CreateVolume can have, for the specification bans its first character. */
const nameOf = (id: string): string => `\0inline ${id}`;

export function parseInline(
  id: VolumeId,
  volumeContext: Parameters,
  { parameters: { parseInline } }: Pick<Backend, "parameters">,
  rules: InlineRules | undefined,
): InlineWish {
  if (parseInline === undefined || rules === undefined)
    throw precondition("inline volumes are not offered here; start the driver with --inline-volumes SIZE");
  if (!isInlineId(id)) throw invalid(`volume_id ${JSON.stringify(id)} is not one that kubelet gives inline volumes`);
  const { size, ...others } = volumeContext;
  if (size === undefined) throw invalid("volume_context: size is required for an inline volume, for example 100Mi");
  const sizeBytes = parseBytes(size);
  if (sizeBytes === undefined || sizeBytes === 0)
    throw invalid(`volume_context: size ${JSON.stringify(size)} is not a size such as 100Mi`);
  if (sizeBytes > rules.maximumBytes)
    throw invalid(
      `volume_context: size ${size} exceeds the ${rules.maximumBytes} bytes that an inline volume may have`,
    );
  return { sizeBytes, parameters: parseInline(others) };
}

/** The name, as a CreateVolume would hold it, besides the id that kubelet uses. */
export function inlineLocks(id: VolumeId, { keysOf }: Volumes): readonly Lock[] {
  const keys = isInlineId(id) ? (keysOf?.(nameOf(id)) ?? []) : [];
  return [id, ...keys].map((key) => exclusive(volumeKey(key)));
}

/** The volume that was made for an inline id, where there is one. */
export const findInline = async (id: VolumeId, volumes: Volumes, signal: AbortSignal) =>
  isInlineId(id) ? volumes.findByName(nameOf(id), signal) : undefined;

export const inlineName = nameOf;

/** A node's backend that knows inline volumes by the ids that kubelet gave them, too. */
export function withInline(node: NodeBackend, volumes: Volumes): NodeBackend {
  const signal = new AbortController().signal;
  const realId = async (id: VolumeId): Promise<VolumeId> => (await findInline(id, volumes, signal))?.id ?? id;
  const { health, usage } = node;
  return {
    ...node,
    find: async (id, said, signal) => node.find(await realId(id), said, signal),
    locate: async (id) => node.locate(await realId(id)),
    ...(health && { health: async (id, signal) => health(await realId(id), signal) }),
    ...(usage && { usage: async (id) => usage(await realId(id)) }),
  };
}
