/**
 * CreateVolume: make a volume, or find the one that an earlier try made.
 *
 * Spec: csi.proto v1.13, "CreateVolume". Called by external-provisioner for every new PVC, and called again with the
 * same name until it succeeds, so the name is the idempotency key.
 *
 *   INVALID_ARGUMENT    a required field is missing, a parameter is not known, or the source cannot be used
 *   NOT_FOUND           the source volume or snapshot does not exist
 *   ALREADY_EXISTS      the name is taken by a volume that does not fit the request
 *   RESOURCE_EXHAUSTED  no room in the requested topology
 *   OUT_OF_RANGE        no size satisfies both the request and the backend
 */
import type { CreateVolumeRequest } from "../../../proto/gen/csi/v1/CreateVolumeRequest.ts";
import type { CreateVolumeResponseInit } from "../../../proto/gen/csi/v1/CreateVolumeResponse.ts";
import {
  type Backend,
  type Capability,
  type ClaimName,
  isAllowed,
  type Parameters,
  type Places,
  type Volume,
  type VolumeSource,
} from "../../backend/backend.ts";
import type { FsType } from "../../node/volume.ts";
import { incompatible, invalid } from "../errors.ts";
import { cutKey, exclusive, type Lock, shared, snapshotKey, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseContentSource, sameSource } from "../rules/content-source.ts";
import { parseName } from "../rules/name.ts";
import { sameEntries } from "../rules/same-entries.ts";
import { chooseSize, parseSizeRange, type SizeRange, satisfies } from "../rules/size.ts";
import { parsePlaces } from "../rules/topology.ts";
import { fsTypeOf, kindsOf, objectionTo, parseCapabilities } from "../rules/volume-capability.ts";
import { volumeInit } from "./volume-init.ts";

interface Wish {
  readonly name: string;
  readonly size: SizeRange;
  readonly kinds: readonly Capability["access"]["kind"][];
  readonly modes: readonly Capability["mode"][];
  readonly fsType: FsType | undefined;
  readonly parameters: Parameters;
  readonly source: VolumeSource | undefined;
  readonly places: Places | undefined;
  readonly claim: ClaimName | undefined;
}

export const createVolume = (backend: Backend): Rpc<CreateVolumeRequest, Wish, CreateVolumeResponseInit> => ({
  name: "CreateVolume",

  parse(request) {
    const name = parseName(request.name);
    const capabilities = parseCapabilities(request.volumeCapabilities);
    for (const capability of capabilities) {
      const objection = objectionTo(capability, backend);
      if (objection !== undefined) throw invalid(`volume_capabilities: ${objection}`);
    }
    return {
      name,
      size: parseSizeRange(request.capacityRange),
      kinds: kindsOf(capabilities),
      modes: capabilities.map(({ mode }) => mode),
      fsType: fsTypeOf(capabilities),
      parameters: parseAllParameters(backend, request),
      source: parseSource(backend, request),
      places: parsePlaces(request.accessibilityRequirements),
      claim: claimIn(request.parameters),
    };
  },

  // the name, and what it decides of the id: so a Delete of an earlier life cannot cross
  locks: ({ name, source }) => [
    exclusive(`volume-name/${name}`),
    ...(backend.volumes.keysOf?.(name) ?? []).map((key) => exclusive(volumeKey(key))),
    ...sourceLocks(source),
  ],

  async handle(wish, signal) {
    const existing = await backend.volumes.findByName(wish.name, signal);
    if (existing !== undefined) {
      const difference = differenceOf(existing, wish);
      if (difference !== undefined) throw incompatible(`volume ${wish.name} exists ${difference}`);
      return { volume: volumeInit(existing, backend) };
    }
    const { name, kinds, modes, parameters, source, places, claim } = wish;
    const open = { kinds, modes, fsType: wish.fsType, source, parameters };
    const {
      fsType,
      minimumBytes,
      maximumBytes = backend.sizes.maximumBytes,
    } = await backend.volumes.complete(open, signal);
    // a copy for which no size is asked is as large as its source
    const defaultBytes = source === undefined ? backend.sizes.defaultBytes : 0;
    const sizeBytes = chooseSize(wish.size, { ...backend.sizes, maximumBytes, defaultBytes }, minimumBytes);
    const spec = { name, sizeBytes, parameters, kinds, modes, fsType, source, places, claim };
    return { volume: volumeInit(await backend.volumes.create(spec, signal), backend) };
  },
});

/** "Values specified in mutable_parameters MUST take precedence over the values from parameters." */
function parseAllParameters(backend: Backend, { parameters, mutableParameters }: CreateVolumeRequest): Parameters {
  const mutable = Object.keys(mutableParameters).length === 0 ? {} : parseMutable(backend, mutableParameters);
  return { ...backend.parameters.parse(parameters), ...mutable };
}

/** external-provisioner says for which claim it asks, when it is told to (--extra-create-metadata). */
function claimIn(parameters: Parameters): ClaimName | undefined {
  const namespace = parameters["csi.storage.k8s.io/pvc/namespace"];
  const name = parameters["csi.storage.k8s.io/pvc/name"];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function parseMutable(backend: Backend, parameters: Parameters): Parameters {
  if (backend.modification === undefined) throw invalid("mutable_parameters is not offered");
  return backend.parameters.parseMutable(parameters);
}

function parseSource(backend: Backend, request: CreateVolumeRequest): VolumeSource | undefined {
  const source = parseContentSource(request.volumeContentSource);
  if (source !== undefined && !backend.cloning?.sources.has(source.kind)) {
    throw invalid(`volume_content_source: volumes are not made from a ${source.kind} here`);
  }
  return source;
}

/** Sources must stay while they are copied, and only one copy at a time may freeze a volume. */
function sourceLocks(source: VolumeSource | undefined): readonly Lock[] {
  if (source === undefined) return [];
  if (source.kind === "snapshot") return [shared(snapshotKey(source.id))];
  return [shared(volumeKey(source.id)), exclusive(cutKey(source.id))];
}

/** Why `existing` cannot stand in for what was wished, or undefined where it can: compared as it was made, not as it is. */
export function differenceOf({ creation, topology }: Volume, wish: Wish): string | undefined {
  if (!satisfies(creation.sizeBytes, wish.size)) return `with a size of ${creation.sizeBytes} bytes`;
  if (!sameEntries(creation.parameters, wish.parameters)) return "with other parameters";
  if (!sameSource(creation.source, wish.source)) return "with another content source";
  const missing = wish.kinds.find((kind) => !creation.kinds.includes(kind));
  if (missing !== undefined) return `without the access type ${missing}`;
  if (wish.fsType !== undefined && creation.fsType !== wish.fsType) return `with the filesystem ${creation.fsType}`;
  if (!isAllowed(topology, wish.places)) return "and cannot be reached from the requested topology";
  return undefined;
}
