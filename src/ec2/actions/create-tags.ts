import { defineAction, done } from "../action.ts";
import { limited, readTags, tagsOf } from "../read/tags.ts";
import { needTaggable, touchedOf } from "../tagging/taggable.ts";
import { missing } from "../wire/parameters.ts";
import type { Tags } from "../world/records.ts";

interface Wish {
  readonly ids: readonly string[];
  readonly tags: Tags;
}

/** CreateTags: adds tags or gives them other values; on all of the things named, or on none. */
export const createTags = defineAction<Wish>({
  name: "CreateTags",
  mutates: true,
  errors: [
    "InvalidID",
    "InvalidInstanceID.NotFound",
    "InvalidParameterValue",
    "InvalidSnapshot.NotFound",
    "InvalidTagKey.Malformed",
    "InvalidVolume.NotFound",
    "MissingParameter",
    "TagLimitExceeded",
  ],

  parse(parameters) {
    const ids = parameters.list("ResourceId");
    if (ids.length === 0) throw missing("ResourceIdSet");
    const tags = tagsOf(readTags(parameters));
    if (Object.keys(tags).length === 0) throw missing("TagSet");
    return { ids, tags };
  },

  touches: ({ ids, tags }) => ids.flatMap((id) => touchedOf(id, tags)),

  async run({ ids, tags }, ec2, { region }) {
    const things = ids
      .map((id) => needTaggable(id, ec2, region))
      .map((thing) => ({ thing, all: limited({ ...thing.tags, ...tags }) }));
    await Promise.all(things.map(({ thing, all }) => thing.setTags(all)));
    return done;
  },
});
