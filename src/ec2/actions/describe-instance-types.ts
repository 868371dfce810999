import { attachLimitOf, isInstanceType } from "../../instance-types.ts";
import { defineAction } from "../action.ts";
import { refused } from "../error.ts";
import { type Attributes, type Filter, matcher, readFilters } from "../read/filters.ts";
import { type Page, pageOf, readPage } from "../read/page.ts";
import type { Xml } from "../wire/xml.ts";
import { regionOf } from "../world/zones.ts";

interface Wish {
  readonly types: readonly string[];
  readonly filters: readonly Filter[];
  readonly page: Page;
}

/** DescribeInstanceTypes: how many volumes a type takes. Without names: the types that instances of the region have. */
export const describeInstanceTypes = defineAction<Wish>({
  name: "DescribeInstanceTypes",
  mutates: false,
  errors: [
    "FilterLimitExceeded",
    "InvalidInstanceType",
    "InvalidPaginationToken",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "MissingParameter",
  ],

  parse(parameters) {
    const types = parameters.list("InstanceType");
    const unknown = types.filter((type) => !isInstanceType(type));
    if (unknown.length > 0)
      throw refused(
        "InvalidInstanceType",
        `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
      );
    return { types, filters: readFilters(parameters), page: readPage(parameters, 100, types) };
  },

  run({ types, filters, page }, { world }, { region, moment }) {
    const used = [...world.instances.values(moment.now)].filter(({ zone }) => regionOf(zone) === region);
    const named = new Set(types.length > 0 ? types : used.map(({ type }) => type));
    const isWanted = matcher(filters, attributes, undefined);
    const { items, nextToken } = pageOf([...named].sort().filter(isWanted), page, (type) => type);
    return { instanceTypeSet: items.map(typeBody), nextToken };
  },
});

function typeBody(instanceType: string): Xml {
  const { volumes, kind, isNitro, bareMetal } = attachLimitOf(instanceType);
  return {
    instanceType,
    currentGeneration: isNitro,
    bareMetal,
    hypervisor: bareMetal ? undefined : isNitro ? "nitro" : "xen",
    supportedRootDeviceTypes: ["ebs"],
    ebsInfo: {
      ebsOptimizedSupport: isNitro ? "default" : "supported",
      encryptionSupport: "supported",
      nvmeSupport: isNitro ? "required" : "unsupported",
      maximumEbsAttachments: volumes,
      attachmentLimitType: kind,
      maximumEbsCards: 1,
      ebsCardSet: [{ ebsCardIndex: 0 }],
    },
  };
}

const attributes: Attributes<string> = {
  "bare-metal": (type) => attachLimitOf(type).bareMetal,
  "ebs-info.attachment-limit-type": (type) => attachLimitOf(type).kind,
  hypervisor: (type) => (attachLimitOf(type).isNitro ? "nitro" : "xen"),
  "instance-type": (type) => type,
};
