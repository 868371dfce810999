import { z } from "zod";
import { BackendError, type Parameters } from "./backend.ts";

/** One key of a StorageClass, VolumeAttributesClass or VolumeSnapshotClass. docs/parameters.md is made of these. */
export interface ParameterRule {
  readonly key: string;
  /** The name that the key had before, which counts as well. */
  readonly formerly?: string;
  readonly schema: z.ZodType<string, string>;
  readonly description: string;
  readonly values: string;
  readonly example: string;
  /** Whether ControllerModifyVolume may change it. */
  readonly mutable: boolean;
  /** Whether a pod may choose it for an inline volume: harmless to everybody else, whatever its value. */
  readonly inline?: true;
}

/** Keys that the CO adds or keeps for itself. */
const prefixOfCo = "csi.storage.k8s.io/";

/**
 * Keys are compared without case (Kubernetes' migration sends them in lower case) and come out in lower case; unknown
 * ones are refused, for a typo that is ignored is found too late.
 */
export function parseParameters(rules: readonly ParameterRule[], parameters: Parameters): Parameters {
  const parsed: Record<string, string> = {};
  for (const [key, value] of Object.entries(parameters)) {
    if (key.toLowerCase().startsWith(prefixOfCo)) continue;
    const rule = rules.find((rule) =>
      [rule.key, rule.formerly].some((name) => name?.toLowerCase() === key.toLowerCase()),
    );
    if (rule === undefined)
      throw badParameter(key, `is not known; known are ${rules.map(({ key }) => key).join(", ") || "none"}`);
    if (rule.key.toLowerCase() in parsed)
      throw badParameter(
        rule.key,
        `is given twice, in different cases${rule.formerly === undefined ? "" : ` or as ${rule.formerly}`}`,
      );
    parsed[rule.key.toLowerCase()] = parseValue(rule, value);
  }
  return Object.fromEntries(Object.entries(parsed).sort());
}

function parseValue(rule: ParameterRule, value: string): string {
  const result = rule.schema.safeParse(value);
  if (result.success) return result.data;
  throw badParameter(rule.key, `${JSON.stringify(value)} is not allowed: ${rule.values}`);
}

export const badParameter = (key: string, problem: string): BackendError =>
  new BackendError({ kind: "bad-parameter", key }, `parameter ${key} ${problem}`);

/** A whole number in plain digits, in canonical form. */
export const wholeNumber = (least: number, most: number): z.ZodType<string, string> =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most)
    .transform(String);

/** true or false, in any case. */
export const trueOrFalse: z.ZodType<string, string> = z
  .string()
  .toLowerCase()
  .refine((value) => value === "true" || value === "false");
