/**
 * ValidateVolumeCapabilities: whether an existing volume can be used in the given ways.
 *
 * Spec: csi.proto v1.13, "ValidateVolumeCapabilities". Called for pre-provisioned volumes. A volume that cannot is no
 * error: the answer then has a message and no `confirmed`.
 *
 *   INVALID_ARGUMENT  a required field is missing
 *   NOT_FOUND         the volume does not exist
 */
import type { ValidateVolumeCapabilitiesRequest } from "../../../proto/gen/csi/v1/ValidateVolumeCapabilitiesRequest.ts";
import type { ValidateVolumeCapabilitiesResponseInit } from "../../../proto/gen/csi/v1/ValidateVolumeCapabilitiesResponse.ts";
import {
  type Backend,
  BackendError,
  type Capability,
  noSuch,
  type Parameters,
  type Volume,
  type VolumeId,
} from "../../backend/backend.ts";
import { noLocks, type Rpc } from "../rpc.ts";
import { withinLimit } from "../rules/field-limits.ts";
import { parseVolumeId } from "../rules/id.ts";
import { sameEntries } from "../rules/same-entries.ts";
import { objectionTo, parseCapabilities } from "../rules/volume-capability.ts";

interface Wish {
  readonly id: VolumeId;
  readonly capabilities: readonly Capability[];
  readonly request: ValidateVolumeCapabilitiesRequest;
}

export const validateVolumeCapabilities = (
  backend: Backend,
): Rpc<ValidateVolumeCapabilitiesRequest, Wish, ValidateVolumeCapabilitiesResponseInit> => ({
  name: "ValidateVolumeCapabilities",
  parse: (request) => ({
    id: parseVolumeId(request.volumeId),
    capabilities: parseCapabilities(request.volumeCapabilities),
    request,
  }),
  locks: noLocks,

  async handle({ id, capabilities, request }, signal) {
    const volume = await backend.volumes.find(id, signal);
    if (volume === undefined) throw noSuch("volume", id);
    const message = objections(backend, volume, capabilities, request)[0];
    if (message !== undefined) return { message: withinLimit(message) };
    const { volumeContext, volumeCapabilities, parameters, mutableParameters } = request;
    return { confirmed: { volumeContext, volumeCapabilities, parameters, mutableParameters } };
  },
});

function objections(
  backend: Backend,
  volume: Volume,
  capabilities: readonly Capability[],
  request: ValidateVolumeCapabilitiesRequest,
): readonly string[] {
  const { creation, context } = volume;
  return [
    ...capabilities.flatMap(
      (capability) => objectionTo(capability, backend) ?? objectionOfVolume(volume, capability) ?? [],
    ),
    ...(isEmpty(request.volumeContext) || sameEntries(request.volumeContext, context)
      ? []
      : ["volume_context is not the volume's"]),
    ...parameterObjections(() => backend.parameters.parse(request.parameters), creation.parameters, "parameters"),
    ...parameterObjections(
      () => backend.parameters.parseMutable(request.mutableParameters),
      undefined,
      "mutable_parameters",
    ),
  ];
}

function objectionOfVolume({ id, creation }: Volume, { access }: Capability): string | undefined {
  if (!creation.kinds.includes(access.kind))
    return `volume ${id} was made for ${creation.kinds.join(" and ")}, not for ${access.kind}`;
  if (
    access.kind === "mount" &&
    access.fsType !== undefined &&
    creation.fsType !== undefined &&
    access.fsType !== creation.fsType
  ) {
    return `volume ${id} has ${creation.fsType}, not ${access.fsType}`;
  }
  return undefined;
}

/** Parameters that were given must be the volume's; what cannot even be parsed is an answer here, not an error. */
function parameterObjections(
  parse: () => Parameters,
  actual: Parameters | undefined,
  field: string,
): readonly string[] {
  try {
    const wrong = Object.entries(parse()).find(([key, value]) => actual !== undefined && actual[key] !== value);
    return wrong === undefined ? [] : [`${field}: ${wrong[0]} is not ${wrong[1]}`];
  } catch (error) {
    if (error instanceof BackendError) return [`${field}: ${error.message}`];
    throw error;
  }
}

const isEmpty = (map: object): boolean => Object.keys(map).length === 0;
