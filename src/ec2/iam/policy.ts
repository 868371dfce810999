import { z } from "zod";

/** A value, or a list of them. */
const texts = z.union([z.string(), z.boolean(), z.array(z.string())]).transform((given) => [given].flat().map(String));

const operators = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "Null", "Bool"] as const;
export type Operator = (typeof operators)[number];

/** `ForAllValues:StringLikeIfExists`, taken apart. */
export interface Condition {
  readonly operator: Operator;
  readonly set: "ForAllValues" | "ForAnyValue" | undefined;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
}

export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

const keys =
  /^(aws:RequestTag\/.+|aws:ResourceTag\/.+|ec2:ResourceTag\/.+|ec2:CreateAction|aws:TagKeys|aws:RequestedRegion)$/i;

const conditions = z.record(z.string(), z.record(z.string(), texts)).transform((given, context): Condition[] =>
  Object.entries(given).flatMap(([name, tests]) => {
    const [, set, operator, ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
    const known = operators.find((one) => one === operator);
    if (known === undefined) {
      context.addIssue(`has the operator ${name}, which is not known here`);
      return [];
    }
    return Object.entries(tests).map(([key, values]) => {
      if (!keys.test(key)) context.addIssue(`has the key ${key}, which is not known here`);
      return { operator: known, set: set as Condition["set"], ifExists: ifExists !== undefined, key, values };
    });
  }),
);

const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(["Allow", "Deny"]),
    Action: texts,
    Resource: texts,
    Condition: conditions.default([]),
  })
  .transform(
    ({ Effect, Action, Resource, Condition }): Statement => ({
      effect: Effect,
      actions: Action,
      resources: Resource,
      conditions: Condition,
    }),
  );

/** A policy document, as IAM has them. What is not understood is refused: a condition that is passed over allows too much. */
export const policyDocument = z
  .strictObject({
    Version: z.string().optional(),
    Id: z.string().optional(),
    // one statement needs no list around it
    Statement: z.preprocess((given) => (Array.isArray(given) ? given : [given]), z.array(statement)),
  })
  .transform(({ Statement }): readonly Statement[] => Statement);

export class PolicyError extends Error {
  override readonly name = "PolicyError";
}

export function parsePolicy(text: string): readonly Statement[] {
  const parsed = policyDocument.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new PolicyError(`${issue?.path.join(".") || "the policy"} ${issue?.message}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PolicyError("is not JSON", { cause });
  }
}
