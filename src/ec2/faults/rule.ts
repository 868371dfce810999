import { z } from "zod";
import { isVolumeId } from "../world/ids.ts";

/** What can be made to go wrong. */
export const faultKinds = {
  error: "the action answers an error: --code, --message, --status",
  throttle: "the action answers RequestLimitExceeded",
  slow: "the answer takes longer, by --delay",
  cut: "the connection is cut before anything happens",
  "lose-reply": "what was asked for happens, and the connection is cut instead of an answer",
  "stuck-attaching": "what AttachVolume begins stays attaching as long as the rule is there",
  "stuck-detaching": "what DetachVolume begins stays detaching as long as the rule is there",
  vanish: "what CreateVolume begins never becomes available and is gone after a moment, its client token burnt",
  fail: "what CreateVolume, CopyVolumes, CreateSnapshot, CreateSnapshots or ModifyVolume begins comes to nothing: the volume or snapshot ends in the state error, the modification in failed; --message is the reason",
  impaired: "DescribeVolumeStatus says that the volume is impaired",
  stale: "describes answer what was true a while ago, as long as --delay says",
} as const;
export type FaultKind = keyof typeof faultKinds;

const kinds = Object.keys(faultKinds) as [FaultKind, ...FaultKind[]];

/** The actions that a kind is about, where it is not about any. */
export const actionsOf: Partial<Record<FaultKind, RegExp>> = {
  "stuck-attaching": /^AttachVolume$/,
  "stuck-detaching": /^DetachVolume$/,
  vanish: /^(CreateVolume|CopyVolumes)$/,
  fail: /^(CreateVolume|CopyVolumes|CreateSnapshots?|ModifyVolume)$/,
  impaired: /^DescribeVolumeStatus$/,
  stale: /^Describe/,
};

export const faultWish = z
  .strictObject({
    kind: z.enum(kinds, `is not one of ${kinds.join(", ")}`),
    /** Only this action; without, any that the kind is about. */
    action: z.string().optional(),
    /** Only calls that name this volume. */
    volumeId: z.string().refine(isVolumeId, "is not a volume's id").optional(),
    /** Only the nth call that fits, counted from 1. */
    nth: z.number().int().min(1, "is below 1").optional(),
    /** At most so often. */
    times: z.number().int().min(1, "is below 1").optional(),
    probability: z.number().gt(0, "is not above 0").max(1, "is above 1").optional(),
    code: z.string().min(1).optional(),
    message: z.string().optional(),
    status: z
      .number()
      .int()
      .min(400, "is no HTTP status of an error")
      .max(599, "is no HTTP status of an error")
      .optional(),
    delayMs: z.number().min(0).optional(),
  })
  .superRefine(({ kind, code, delayMs }, context) => {
    const needs = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (kind === "error" && code === undefined) needs("code", "is required by the fault error");
    if ((kind === "slow" || kind === "stale") && delayMs === undefined)
      needs("delay", `is required by the fault ${kind}`);
  });
export type FaultWish = z.infer<typeof faultWish>;

export interface FaultRule extends FaultWish {
  readonly id: string;
  /** How many calls fitted, at how many of them it fired, and when it did last. */
  readonly fitted: number;
  readonly fired: number;
  readonly firedAt: readonly string[];
}
