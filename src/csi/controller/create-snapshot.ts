/**
 * CreateSnapshot: keep a volume as it is at one instant, or find the snapshot that an earlier try made.
 *
 * Spec: csi.proto v1.13, "CreateSnapshot". Called by external-snapshotter until ready_to_use.
 *
 *   INVALID_ARGUMENT     a required field is missing, or a parameter is not known
 *   NOT_FOUND            the volume does not exist
 *   ALREADY_EXISTS       the name is taken by a snapshot of another volume
 *   FAILED_PRECONDITION  the volume cannot be cut as it is
 *   RESOURCE_EXHAUSTED   no room, or not in the requested topology
 *   ABORTED              another cut of the volume is under way
 */
import type { CreateSnapshotRequest } from "../../../proto/gen/csi/v1/CreateSnapshotRequest.ts";
import type { CreateSnapshotResponseInit } from "../../../proto/gen/csi/v1/CreateSnapshotResponse.ts";
import { type Backend, isAllowed, type Snapshot, type SnapshotSpec, type Snapshots } from "../../backend/backend.ts";
import { incompatible } from "../errors.ts";
import { cutKey, exclusive, shared, snapshotKey, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { parseName } from "../rules/name.ts";
import { parsePlaces } from "../rules/topology.ts";
import { snapshotInit } from "./snapshot-init.ts";

export const createSnapshot = (
  backend: Backend,
  snapshots: Snapshots,
): Rpc<CreateSnapshotRequest, SnapshotSpec, CreateSnapshotResponseInit> => ({
  name: "CreateSnapshot",

  parse: (request) => ({
    name: parseName(request.name),
    source: parseVolumeId(request.sourceVolumeId, "source_volume_id"),
    parameters: backend.parameters.parseForSnapshot(request.parameters),
    places: parsePlaces(request.accessibilityRequirements),
  }),

  locks: ({ name, source }) => [
    exclusive(`snapshot-name/${name}`),
    ...(snapshots.keysOf?.(name) ?? []).map((key) => exclusive(snapshotKey(key))),
    shared(volumeKey(source)),
    exclusive(cutKey(source)),
  ],

  async handle(spec, signal) {
    const existing = await snapshots.findByName(spec.name, signal);
    if (existing === undefined) return answer(await snapshots.create(spec, signal), spec, backend);
    if (existing.sourceVolume !== spec.source) {
      throw incompatible(`snapshot ${spec.name} exists of volume ${existing.sourceVolume}, not of ${spec.source}`);
    }
    if (!isAllowed(existing.topology, spec.places)) {
      throw incompatible(`snapshot ${spec.name} exists and is not usable from the requested topology`);
    }
    return answer(existing, spec, backend);
  },
});

/**
 * Where the snapshot is usable is left out when the request has just said so: "accessible_topology" is optional, and
 * csi-sanity 5.6.0 compares it with the request's in a way that no answer can pass (reflect.DeepEqual on messages of
 * which one was marshalled). GetSnapshot and ListSnapshots always tell it.
 */
function answer(snapshot: Snapshot, { places }: SnapshotSpec, backend: Backend): CreateSnapshotResponseInit {
  const isSaid = places?.binding && places.inOrder.length === 1;
  return { snapshot: snapshotInit(snapshot, { hasTopology: backend.hasTopology && !isSaid }) };
}
