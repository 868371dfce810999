import type { AnyAction } from "./action.ts";
import { attachVolume } from "./actions/attach-volume.ts";
import { copyVolumes } from "./actions/copy-volumes.ts";
import { createSnapshot } from "./actions/create-snapshot.ts";
import { createSnapshots } from "./actions/create-snapshots.ts";
import { createTags } from "./actions/create-tags.ts";
import { createVolume } from "./actions/create-volume.ts";
import { deleteSnapshot } from "./actions/delete-snapshot.ts";
import { deleteTags } from "./actions/delete-tags.ts";
import { deleteVolume } from "./actions/delete-volume.ts";
import { describeAvailabilityZones } from "./actions/describe-availability-zones.ts";
import { describeInstanceTypes } from "./actions/describe-instance-types.ts";
import { describeInstances } from "./actions/describe-instances.ts";
import { describeSnapshots } from "./actions/describe-snapshots.ts";
import { describeTags } from "./actions/describe-tags.ts";
import { describeVolumeStatus } from "./actions/describe-volume-status.ts";
import { describeVolumes } from "./actions/describe-volumes.ts";
import { describeVolumesModifications } from "./actions/describe-volumes-modifications.ts";
import { detachVolume } from "./actions/detach-volume.ts";
import { modifyVolume } from "./actions/modify-volume.ts";

/** Every action there is. */
export const actions: readonly AnyAction[] = [
  createVolume,
  copyVolumes,
  deleteVolume,
  modifyVolume,
  describeVolumes,
  describeVolumeStatus,
  describeVolumesModifications,
  attachVolume,
  detachVolume,
  createSnapshot,
  createSnapshots,
  deleteSnapshot,
  describeSnapshots,
  createTags,
  deleteTags,
  describeTags,
  describeInstances,
  describeInstanceTypes,
  describeAvailabilityZones,
];
