/**
 * CreateVolumeGroupSnapshot: keep several volumes as they are at one instant: all of them, or none.
 *
 * Spec: csi.proto v1.13, "CreateVolumeGroupSnapshot". Called by external-snapshotter until ready_to_use.
 *
 *   INVALID_ARGUMENT     a required field is missing, a volume is named twice, or a parameter is not known
 *   NOT_FOUND            a volume does not exist; nothing was made then
 *   ALREADY_EXISTS       the name is taken by a group of other volumes or with other parameters
 *   FAILED_PRECONDITION  the volumes cannot be cut together
 *   RESOURCE_EXHAUSTED   no room
 *   ABORTED              another cut of one of the volumes is under way, or one was thawed before all were cut
 *   UNAVAILABLE          the group exists and a member of it is lost: it can only be deleted
 */
import type { CreateVolumeGroupSnapshotRequest } from "../../../proto/gen/csi/v1/CreateVolumeGroupSnapshotRequest.ts";
import type { CreateVolumeGroupSnapshotResponseInit } from "../../../proto/gen/csi/v1/CreateVolumeGroupSnapshotResponse.ts";
import type { Backend, Group, GroupSpec, Groups } from "../../backend/backend.ts";
import { incompatible, invalid } from "../errors.ts";
import { cutKey, exclusive, groupKey, shared, volumeKey } from "../locks.ts";
import type { Rpc } from "../rpc.ts";
import { parseVolumeId } from "../rules/id.ts";
import { parseName } from "../rules/name.ts";
import { sameEntries } from "../rules/same-entries.ts";
import { groupInit } from "./group-init.ts";

export const createVolumeGroupSnapshot = (
  backend: Backend,
  groups: Groups,
): Rpc<CreateVolumeGroupSnapshotRequest, GroupSpec, CreateVolumeGroupSnapshotResponseInit> => ({
  name: "CreateVolumeGroupSnapshot",

  parse({ name, sourceVolumeIds, parameters }) {
    const parsedName = parseName(name);
    if (sourceVolumeIds.length === 0) throw invalid("source_volume_ids is required");
    const sources = sourceVolumeIds.map((id, index) => parseVolumeId(id, `source_volume_ids[${index}]`));
    if (new Set(sources).size < sources.length) throw invalid("source_volume_ids names a volume twice");
    return { name: parsedName, sources, parameters: backend.parameters.parseForSnapshot(parameters) };
  },

  locks: ({ name, sources }) => [
    exclusive(`group-name/${name}`),
    ...(groups.keysOf?.(name) ?? []).map((key) => exclusive(groupKey(key))),
    ...sources.flatMap((id) => [shared(volumeKey(id)), exclusive(cutKey(id))]),
  ],

  async handle(spec, signal) {
    const existing = await groups.findByName(spec.name, signal);
    if (existing === undefined) return { groupSnapshot: groupInit(await groups.create(spec, signal), backend) };
    const difference = differenceOf(existing, spec);
    if (difference !== undefined) throw incompatible(`group snapshot ${spec.name} exists ${difference}`);
    return { groupSnapshot: groupInit(existing, backend) };
  },
});

function differenceOf(existing: Group, { sources, parameters }: GroupSpec): string | undefined {
  if ([...existing.sources].sort().join() !== [...sources].sort().join())
    return `of the volumes ${existing.sources.join(", ")}`;
  return sameEntries(existing.parameters, parameters) ? undefined : "with other parameters";
}
