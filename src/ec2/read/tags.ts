import { invalidValue, refused } from "../error.ts";
import type { Parameters } from "../wire/parameters.ts";
import type { Tags } from "../world/records.ts";

/** "Each resource can have up to 50 tags." */
const mostTags = 50;

/** `TagSpecification.N` of an action that makes things of one kind. */
export function readTagSpecifications(parameters: Parameters, resourceType: string): Tags {
  const tags: [string, string][] = [];
  for (const specification of parameters.structures("TagSpecification")) {
    const type = specification.required("ResourceType");
    if (type !== resourceType)
      throw invalidValue(`'${type}' is not a valid taggable resource type for this operation.`);
    tags.push(...readTags(specification));
  }
  return tagsOf(tags);
}

/** `Tag.N.Key` and `Tag.N.Value`, checked. */
export const readTags = (parameters: Parameters): readonly [string, string][] =>
  parameters.structures("Tag").map((tag): [string, string] => {
    const key = tag.required("Key");
    const value = tag.text("Value") ?? "";
    checkTag(key, value);
    return [key, value];
  });

/** Tags by key; none twice, and not more than there may be. */
export function tagsOf(entries: readonly (readonly [string, string])[]): Tags {
  const seen = new Set<string>();
  for (const [key] of entries) {
    if (seen.has(key)) throw invalidValue(`Duplicate tag key '${key}' specified.`);
    seen.add(key);
  }
  return limited(Object.fromEntries(entries));
}

export function limited(tags: Tags): Tags {
  if (Object.keys(tags).length > mostTags)
    throw refused("TagLimitExceeded", `The maximum number of Tags for a resource has been reached. (${mostTags})`);
  return tags;
}

function checkTag(key: string, value: string): void {
  if (/^aws:/i.test(key))
    throw refused("InvalidTagKey.Malformed", "Tag keys starting with 'aws:' are reserved for internal use");
  if (key.length > 128)
    throw invalidValue(`Tag key exceeds the maximum length of 128 characters: '${key.slice(0, 40)}…'`);
  if (value.length > 256)
    throw invalidValue(`Tag value exceeds the maximum length of 256 characters for the key '${key}'`);
}
