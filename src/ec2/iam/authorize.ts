import type { Call, Ec2, Touched } from "../action.ts";
import { refused } from "../error.ts";
import type { Tags } from "../world/records.ts";
import { type Access, evaluate } from "./evaluate.ts";

/** Throws unless the policy lets the caller do this to all of it. Without a policy everybody may do everything. */
export function authorize(action: string, touched: readonly Touched[], ec2: Ec2, call: Call): void {
  const { policy } = ec2;
  if (policy === undefined) return;
  for (const access of accessesOf(action, touched, ec2, call.region)) {
    const verdict = evaluate(policy, access);
    if (verdict !== "allowed") throw unauthorized(access, verdict, ec2.account);
  }
}

function accessesOf(name: string, touched: readonly Touched[], ec2: Ec2, region: string): readonly Access[] {
  const action = `ec2:${name}`;
  if (touched.length === 0) return [{ action, resource: "*", region }];
  return touched.flatMap(({ kind, id, tags }): Access[] => {
    if (id !== undefined) {
      const resourceTags = tagsOf(kind, id, ec2);
      // what is not there is not found, whoever asks
      if (resourceTags === undefined) return [];
      return [{ action, resource: arnOf(kind, id, region, ec2.account), region, resourceTags, requestTags: tags }];
    }
    const made = { resource: arnOf(kind, "*", region, ec2.account), region, requestTags: tags };
    const isTagged = Object.keys(tags ?? {}).length > 0;
    return [{ action, ...made }, ...(isTagged ? [{ action: "ec2:CreateTags", ...made, createAction: name }] : [])];
  });
}

function tagsOf(kind: Touched["kind"], id: string, { world }: Ec2): Tags | undefined {
  switch (kind) {
    case "volume":
      return world.findVolume(id)?.tags;
    case "snapshot":
      return world.findSnapshot(id)?.tags;
    case "instance":
      return world.instances.get(id, world.now)?.tags;
    default:
      return kind satisfies never;
  }
}

/** Snapshots' ARNs name no account. */
const arnOf = (kind: Touched["kind"], id: string, region: string, account: string): string =>
  `arn:aws:ec2:${region}:${kind === "snapshot" ? "" : account}:${kind}/${id}`;

function unauthorized({ action, resource }: Access, verdict: "denied" | "not allowed", account: string) {
  const who = `User: arn:aws:iam::${account}:user/kura is not authorized to perform: ${action} on resource: ${resource}`;
  const why =
    verdict === "denied"
      ? "with an explicit deny in an identity-based policy"
      : `because no identity-based policy allows the ${action} action`;
  return refused("UnauthorizedOperation", `You are not authorized to perform this operation. ${who} ${why}`);
}
