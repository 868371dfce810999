import { defineAction, done } from "../action.ts";
import { needTaggable, touchedOf } from "../tagging/taggable.ts";
import { missing } from "../wire/parameters.ts";
import type { Tags } from "../world/records.ts";

interface Wish {
  readonly ids: readonly string[];
  /** A tag goes whatever its value, or only where it has this one. */
  readonly tags: readonly { readonly key: string; readonly value: string | undefined }[];
}

/** DeleteTags: those named, or all of them. What is not there is not missed. */
export const deleteTags = defineAction<Wish>({
  name: "DeleteTags",
  mutates: true,
  errors: [
    "InvalidID",
    "InvalidInstanceID.NotFound",
    "InvalidSnapshot.NotFound",
    "InvalidVolume.NotFound",
    "MissingParameter",
  ],

  parse(parameters) {
    const ids = parameters.list("ResourceId");
    if (ids.length === 0) throw missing("ResourceIdSet");
    const tags = parameters.structures("Tag").map((tag) => ({ key: tag.required("Key"), value: tag.text("Value") }));
    return { ids, tags };
  },

  touches: ({ ids }) => ids.flatMap((id) => touchedOf(id, undefined)),

  async run({ ids, tags }, ec2, { region }) {
    const things = ids.map((id) => needTaggable(id, ec2, region));
    await Promise.all(things.map((thing) => thing.setTags(remaining(thing.tags, tags))));
    return done;
  },
});

function remaining(tags: Tags, going: Wish["tags"]): Tags {
  if (going.length === 0) return {};
  const goes = (key: string, value: string) =>
    going.some((tag) => tag.key === key && (tag.value === undefined || tag.value === value));
  return Object.fromEntries(Object.entries(tags).filter(([key, value]) => !goes(key, value)));
}
