import { z } from "zod";
import { absolutePath, duration, hostAndPort, oneOf, parseOptions, size } from "../../config.ts";
import { profiles } from "../../ec2/durations.ts";
import { isInstanceId } from "../../ec2/world/ids.ts";
import { isZone } from "../../ec2/world/zones.ts";
import { isInstanceType } from "../../instance-types.ts";
import { imageSizeProblem } from "../../pool/image-size.ts";

/** Where the simulator is served, unless told otherwise. */
export const defaultListen = "127.0.0.1:8780";

/** i-0123456789abcdef0:m5.large:us-east-1a */
const instance = z.string().transform((text, context) => {
  const [id = "", type = "", zone = "", ...rest] = text.split(":");
  if (rest.length === 0 && isInstanceId(id) && isInstanceType(type) && isZone(zone)) return { id, type, zone };
  context.addIssue("is not of the form ID:TYPE:ZONE, as i-0123456789abcdef0:m5.large:us-east-1a");
  return z.NEVER;
});

function judgeImageSize(bytes: number, context: z.RefinementCtx): void {
  const problem = imageSizeProblem(bytes);
  if (problem !== undefined) context.addIssue(problem);
}

const ec2Config = z
  .strictObject({
    listen: hostAndPort.default({ host: "127.0.0.1", port: 8780 }),
    state: z.union([z.literal("memory"), absolutePath], "is required: a directory, or memory"),
    stateImage: size.superRefine(judgeImageSize).default(100 * 2 ** 30),
    imds: hostAndPort.optional(),
    credentials: absolutePath.optional(),
    iamPolicy: absolutePath.optional(),
    consistencyDelay: duration.default(0),
    hotplug: z.boolean().default(false),
    deviceDir: absolutePath.default("/dev"),
    profile: oneOf(Object.keys(profiles) as [keyof typeof profiles, ...(keyof typeof profiles)[]]).default("fast"),
    // from the environment they come in one text
    instance: z
      .preprocess((given) => (typeof given === "string" ? given.split(/[,\s]+/) : given), z.array(instance))
      .default([]),
    logLevel: oneOf(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
  })
  .superRefine(({ imds, instance }, context) => {
    if (imds !== undefined && instance.length === 0)
      context.addIssue({ code: "custom", path: ["imds"], message: "needs an --instance whose metadata it serves" });
  });

/** What `kura ec2` is told, checked. */
export type Ec2Config = z.infer<typeof ec2Config>;

export const parseEc2Config = (options: Readonly<Record<string, unknown>>): Ec2Config =>
  parseOptions(ec2Config, options);
