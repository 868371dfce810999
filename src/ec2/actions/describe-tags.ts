import { defineAction } from "../action.ts";
import { type Attributes, type Filter, matcher, readFilters } from "../read/filters.ts";
import { type Page, pageOf, readPage } from "../read/page.ts";
import { allTags, type Tagged } from "../tagging/taggable.ts";

interface Wish {
  readonly filters: readonly Filter[];
  readonly page: Page;
}

/** DescribeTags: tags of every kind of thing, one by one. */
export const describeTags = defineAction<Wish>({
  name: "DescribeTags",
  mutates: false,
  errors: ["FilterLimitExceeded", "InvalidPaginationToken", "InvalidParameterValue", "MissingParameter"],
  parse: (parameters) => ({ filters: readFilters(parameters), page: readPage(parameters, 1000) }),

  run({ filters, page }, ec2, { region, moment }) {
    const isWanted = matcher(filters, attributes, undefined);
    const tags = [...allTags(ec2, region, moment)].filter(isWanted);
    const { items, nextToken } = pageOf(tags, page, ({ resourceId, key }) => `${resourceId} ${key}`);
    return { tagSet: items.map((tag) => ({ ...tag })), nextToken };
  },
});

const attributes: Attributes<Tagged> = {
  key: ({ key }) => key,
  "resource-id": ({ resourceId }) => resourceId,
  "resource-type": ({ resourceType }) => resourceType,
  value: ({ value }) => value,
};
