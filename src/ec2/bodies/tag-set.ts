import type { Xml } from "../wire/xml.ts";
import type { Tags } from "../world/records.ts";

export const tagSetOf = (tags: Tags): Xml => Object.entries(tags).map(([key, value]) => ({ key, value }));
