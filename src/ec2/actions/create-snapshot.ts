import { defineAction } from "../action.ts";
import { snapshotBody } from "../bodies/snapshot.ts";
import { readTagSpecifications } from "../read/tags.ts";
import { checkSnapshotPace, snapshotOf, takeSnapshots } from "../snapshots/take.ts";
import { failureIn } from "../volumes/birth.ts";
import { parseVolumeId } from "../world/ids.ts";
import type { Tags } from "../world/records.ts";

interface Wish {
  readonly volumeId: string;
  readonly description: string;
  readonly tags: Tags;
}

/**
 * CreateSnapshot: the volume as it is at this instant. There is no client token: the same request twice makes two. It
 * is `pending` until it is whole, and can be used from then on.
 */
export const createSnapshot = defineAction<Wish>({
  name: "CreateSnapshot",
  mutates: true,
  errors: [
    "ConcurrentSnapshotLimitExceeded",
    "IncorrectState",
    "InsufficientVolumeCapacity",
    "InvalidParameterValue",
    "InvalidTagKey.Malformed",
    "InvalidVolume.NotFound",
    "MissingParameter",
    "SnapshotCreationPerVolumeRateExceeded",
    "TagLimitExceeded",
  ],

  parse: (parameters) => ({
    volumeId: parseVolumeId(parameters.required("VolumeId")),
    description: parameters.text("Description") ?? "",
    tags: readTagSpecifications(parameters, "snapshot"),
  }),

  touches: ({ volumeId, tags }) => [
    { kind: "snapshot", tags },
    { kind: "volume", id: volumeId },
  ],

  async run({ volumeId, description, tags }, ec2, call) {
    const volume = ec2.world.needVolume(volumeId, call.region);
    checkSnapshotPace(volume, ec2);
    const snapshot = snapshotOf(volume, { description, tags, failure: failureIn(call) }, ec2);
    await takeSnapshots([snapshot], ec2);
    return snapshotBody(snapshot, ec2.world.now, ec2.account);
  },
});
