import type { Imds, InstanceIdentity } from "../backend/ebs/imds.ts";
import { type DriverConfig, UsageError } from "../config.ts";
import type { KubernetesNode } from "../kubernetes/node.ts";

type Told = Pick<DriverConfig, "instanceId" | "zone" | "region" | "nodeId">;

/** Who can be asked, besides the flags. */
export interface Sources {
  readonly imds: Imds | undefined;
  readonly readNode: (name: string) => Promise<KubernetesNode>;
  readonly env: NodeJS.ProcessEnv;
}

/** Which instance this node is: what flags say counts; what they leave open tells IMDS, or Kubernetes where there is none. */
export async function findIdentity(told: Told, sources: Sources): Promise<InstanceIdentity> {
  const { instanceId, zone } = told;
  if (instanceId !== undefined && zone !== undefined) {
    const instanceType = await findType(instanceId, told.nodeId, sources);
    return { instanceId, zone, region: told.region ?? regionOf(zone), instanceType };
  }
  const found = await ask(told, sources);
  const identity = {
    instanceId: instanceId ?? found.instanceId,
    zone: zone ?? found.zone,
    region: told.region ?? found.region,
    instanceType: found.instanceType,
  };
  if (identity.instanceId === "" || identity.zone === "")
    throw unknown("which EC2 instance this node is", "it is none");
  return identity;
}

/** Empty where nobody tells. Who names another instance than the one of these flags tells nothing of this one. */
async function findType(instanceId: string, nodeId: string, { imds, readNode }: Sources): Promise<string> {
  const byImds = await imds?.identity().catch(() => undefined);
  if (byImds?.instanceId === instanceId) return byImds.instanceType;
  const node = await readNode(nodeId).catch(() => undefined);
  const byNode = node && identityOf(node);
  return byNode?.instanceId === instanceId || byNode?.instanceId === "" ? byNode.instanceType : "";
}

/** Where the controller calls. */
export async function findRegion(told: Told, sources: Sources): Promise<string> {
  const said = told.region ?? (sources.env["AWS_REGION"] || undefined);
  if (said !== undefined) return said;
  return told.zone === undefined ? (await ask(told, sources)).region : regionOf(told.zone);
}

async function ask({ nodeId }: Told, { imds, readNode }: Sources): Promise<InstanceIdentity> {
  const problems: string[] = [];
  const noteProblem = (error: unknown) => {
    problems.push(error instanceof Error ? `${error.message}${causeOf(error)}` : String(error));
    return undefined;
  };
  const byImds = await imds?.identity().catch(noteProblem);
  if (byImds !== undefined) return byImds;
  const node = await readNode(nodeId).catch(noteProblem);
  if (node !== undefined) return identityOf(node);
  throw unknown("which EC2 instance this node is", problems.join("; "));
}

const causeOf = ({ cause }: Error): string => (cause instanceof Error ? ` (${cause.message})` : "");

const unknown = (what: string, why: string): UsageError =>
  new UsageError(`cannot tell ${what}; give --instance-id, --zone and --region (${why})`);

/** aws:///us-east-1a/i-0123456789abcdef0 */
export function identityOf({ providerId, labels }: KubernetesNode): InstanceIdentity {
  const [, zoneOfId = "", instanceId = ""] = /^aws:\/\/[^/]*\/([^/]*)\/(i-[0-9a-f]+)$/.exec(providerId) ?? [];
  const zone = labels["topology.kubernetes.io/zone"] ?? zoneOfId;
  return {
    instanceId,
    zone,
    region: labels["topology.kubernetes.io/region"] ?? regionOf(zone),
    instanceType: labels["node.kubernetes.io/instance-type"] ?? "",
  };
}

/** us-east-1a is in us-east-1; so is the local zone us-east-1-bos-1a. */
export const regionOf = (zone: string): string => /^[a-z]+(?:-[a-z]+)+-\d+/.exec(zone)?.[0] ?? zone;
