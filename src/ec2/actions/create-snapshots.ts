import { defineAction } from "../action.ts";
import { snapshotBody } from "../bodies/snapshot.ts";
import { invalidValue } from "../error.ts";
import { limited, readTagSpecifications } from "../read/tags.ts";
import { checkSnapshotPace, snapshotOf, takeSnapshots } from "../snapshots/take.ts";
import { failureIn } from "../volumes/birth.ts";
import { missing } from "../wire/parameters.ts";
import { parseInstanceId, parseVolumeId } from "../world/ids.ts";
import type { Tags, VolumeRecord } from "../world/records.ts";

interface Wish {
  readonly instanceId: string;
  readonly excluded: readonly string[];
  readonly description: string;
  readonly tags: Tags;
  readonly copyTags: boolean;
}

/** CreateSnapshots: of all volumes of an instance, or all but some, at one instant. */
export const createSnapshots = defineAction<Wish>({
  name: "CreateSnapshots",
  mutates: true,
  errors: [
    "ConcurrentSnapshotLimitExceeded",
    "InsufficientVolumeCapacity",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "InvalidParameterValue",
    "InvalidTagKey.Malformed",
    "MissingParameter",
    "SnapshotCreationPerVolumeRateExceeded",
    "TagLimitExceeded",
  ],

  parse(parameters) {
    const specification = parameters.structure("InstanceSpecification");
    const instanceId = specification.text("InstanceId");
    if (instanceId === undefined) throw missing("InstanceSpecification.InstanceId");
    // these instances have no boot volume in EBS, so there is none to leave out
    specification.boolean("ExcludeBootVolume");
    const copy = parameters.text("CopyTagsFromSource");
    if (copy !== undefined && copy !== "volume")
      throw invalidValue(`Value (${copy}) for parameter copyTagsFromSource is invalid. Expected: 'volume'.`);
    return {
      instanceId: parseInstanceId(instanceId),
      excluded: specification.list("ExcludeDataVolumeId").map(parseVolumeId),
      description: parameters.text("Description") ?? "",
      tags: readTagSpecifications(parameters, "snapshot"),
      copyTags: copy === "volume",
    };
  },

  touches: ({ instanceId, tags, excluded }, { world }) => [
    { kind: "snapshot", tags },
    { kind: "instance", id: instanceId },
    ...world
      .attachedTo(instanceId)
      .filter(({ volume }) => !excluded.includes(volume.id))
      .map(({ volume }) => ({ kind: "volume" as const, id: volume.id })),
  ],

  async run({ instanceId, excluded, description, tags, copyTags }, ec2, call) {
    const { world } = ec2;
    world.needInstance(instanceId, call.region);
    const attached = world.attachedTo(instanceId).map(({ volume }) => volume);
    const stranger = excluded.find((id) => !attached.some((volume) => volume.id === id));
    if (stranger !== undefined)
      throw invalidValue(`The volume '${stranger}' to exclude is not attached to instance '${instanceId}'.`);
    const wanted = attached.filter(({ id }) => !excluded.includes(id));
    if (wanted.length === 0) throw invalidValue(`Instance '${instanceId}' has no volumes to take snapshots of.`);
    for (const volume of wanted) checkSnapshotPace(volume, ec2);
    const tagsFor = (volume: VolumeRecord) => (copyTags ? limited({ ...volume.tags, ...tags }) : tags);
    const tagged = wanted.map((volume) => ({ volume, tags: tagsFor(volume) }));
    const failure = failureIn(call);
    const snapshots = tagged.map((one) => snapshotOf(one.volume, { description, tags: one.tags, failure }, ec2));
    await takeSnapshots(snapshots, ec2);
    return { snapshotSet: snapshots.map((snapshot) => snapshotBody(snapshot, world.now, ec2.account, "state")) };
  },
});
