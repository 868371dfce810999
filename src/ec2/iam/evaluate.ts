import type { Tags } from "../world/records.ts";
import type { Condition, Statement } from "./policy.ts";

/** One thing that a request wants to do to one resource. */
export interface Access {
  /** `ec2:CreateVolume` */
  readonly action: string;
  /** Its ARN, or `*` where an action is about none. */
  readonly resource: string;
  readonly region: string;
  /** The resource's own; undefined for what does not exist yet. */
  readonly resourceTags?: Tags | undefined;
  readonly requestTags?: Tags | undefined;
  /** Which action tags what it makes. */
  readonly createAction?: string | undefined;
}

export type Verdict = "allowed" | "denied" | "not allowed";

/** "An explicit deny overrides any allow"; what nothing allows is not allowed. */
export function evaluate(statements: readonly Statement[], access: Access): Verdict {
  const applying = statements.filter((statement) => applies(statement, access));
  if (applying.some(({ effect }) => effect === "Deny")) return "denied";
  return applying.length > 0 ? "allowed" : "not allowed";
}

const applies = ({ actions, resources, conditions }: Statement, access: Access): boolean =>
  actions.some((pattern) => isLike(access.action.toLowerCase(), pattern.toLowerCase())) &&
  resources.some((pattern) => isLike(access.resource, pattern) || (access.resource === "*" && pattern === "*")) &&
  conditions.every((condition) => holds(condition, access));

function holds({ operator, set, ifExists, key, values }: Condition, access: Access): boolean {
  const found = valuesOf(key, access);
  if (operator === "Null") return values.some((value) => (value === "true") === (found.length === 0));
  if (found.length === 0) return ifExists || set === "ForAllValues" || operator.includes("Not");
  const test = testOf(operator, values);
  return set === "ForAllValues" ? found.every(test) : found.some(test);
}

function testOf(operator: Exclude<Condition["operator"], "Null">, values: readonly string[]) {
  switch (operator) {
    case "StringEquals":
    case "Bool":
      return (found: string) => values.includes(found);
    case "StringNotEquals":
      return (found: string) => !values.includes(found);
    case "StringLike":
      return (found: string) => values.some((value) => isLike(found, value));
    case "StringNotLike":
      return (found: string) => !values.some((value) => isLike(found, value));
    default:
      return operator satisfies never;
  }
}

/** Condition keys know no case; tag keys do. */
function valuesOf(
  key: string,
  { resourceTags = {}, requestTags = {}, createAction, region }: Access,
): readonly string[] {
  const [prefix = "", tag = ""] = key.split(/\/(.*)/s);
  const one = (value: string | undefined) => (value === undefined ? [] : [value]);
  switch (prefix.toLowerCase()) {
    case "aws:requesttag":
      return one(requestTags[tag]);
    case "aws:resourcetag":
    case "ec2:resourcetag":
      return one(resourceTags[tag]);
    case "aws:tagkeys":
      return Object.keys(requestTags);
    case "ec2:createaction":
      return one(createAction);
    case "aws:requestedregion":
      return [region];
    default:
      throw new Error(`the condition key ${key} is not known`);
  }
}

function isLike(text: string, pattern: string): boolean {
  const source = pattern.replace(/[\s\S]/g, (character) => {
    if (character === "*") return "[\\s\\S]*";
    if (character === "?") return "[\\s\\S]";
    return character.replace(/[.+^${}()|[\]\\/]/g, "\\$&");
  });
  return new RegExp(`^${source}$`).test(text);
}
