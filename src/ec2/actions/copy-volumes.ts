import { defineAction } from "../action.ts";
import { volumeBody } from "../bodies/volume.ts";
import { invalidValue, refused } from "../error.ts";
import { shapeOf } from "../limits/volume-shape.ts";
import { readClientToken } from "../read/client-token.ts";
import { type AskedEncryption, readEncryption } from "../read/encryption.ts";
import { type NewShape, readShape } from "../read/shape.ts";
import { readTagSpecifications } from "../read/tags.ts";
import { bear, replayOf } from "../volumes/birth.ts";
import { makeId, parseVolumeId } from "../world/ids.ts";
import type { ClientToken, Tags } from "../world/records.ts";
import { shapeAt, volumeState } from "../world/states.ts";

interface Wish extends NewShape, AskedEncryption {
  readonly source: string;
  readonly tags: Tags;
  readonly token: ClientToken | undefined;
}

/** CopyVolumes: a volume in the same zone that begins with the bytes that another has at this instant. */
export const copyVolumes = defineAction<Wish>({
  name: "CopyVolumes",
  mutates: true,
  errors: [
    "IdempotentParameterMismatch",
    "IncorrectState",
    "InsufficientVolumeCapacity",
    "InvalidParameterCombination",
    "InvalidParameterDependency",
    "InvalidParameterValue",
    "InvalidTagKey.Malformed",
    "InvalidVolume.NotFound",
    "MissingParameter",
    "TagLimitExceeded",
    "UnknownVolumeType",
  ],

  parse: (parameters) => ({
    source: parseVolumeId(parameters.required("SourceVolumeId")),
    tags: readTagSpecifications(parameters, "volume"),
    token: readClientToken(parameters),
    ...readShape(parameters),
    ...readEncryption(parameters),
  }),

  touches: ({ tags, source }) => [
    { kind: "volume", tags },
    { kind: "volume", id: source },
  ],

  async run({ source: id, shape, sizeGiB, encrypted, kmsKeyId, tags, token }, ec2, call) {
    const { world, durations } = ec2;
    const earlier = await replayOf(token, ec2);
    if (earlier !== undefined) return { volumeSet: [volumeBody(earlier, world.moment())] };
    const source = world.needVolume(id, call.region);
    const state = volumeState(source, world.moment());
    if (state !== "available" && state !== "in-use")
      throw refused("IncorrectState", `Volume '${id}' is in the '${state}' state and cannot be copied.`);
    const { now } = world;
    const least = shapeAt(source, now).sizeGiB;
    if ((sizeGiB ?? least) < least)
      throw invalidValue(`Volume of ${sizeGiB}GiB is smaller than volume '${id}', expect size >= ${least}GiB`);
    const availableAt = now + durations.createVolume;
    const asked = {
      id: makeId("vol"),
      zone: source.zone,
      shape: shapeOf({ ...shape, sizeGiB: sizeGiB ?? least }),
      // "If the source volume is encrypted, the service always encrypts the copy regardless of this value"
      encrypted: source.encrypted || encrypted,
      kmsKeyId: source.encrypted ? source.kmsKeyId : kmsKeyId,
      sourceVolumeId: id,
      tags,
      createdAt: now,
      availableAt,
      initializedAt: availableAt + least * durations.initializePerGiB,
      token,
      attachments: [],
      modifications: [],
    };
    const volume = await bear(asked, { kind: "volume", id }, ec2, call);
    return { volumeSet: [volumeBody(volume, world.moment())] };
  },
});
