import { kubernetesGet } from "./api.ts";

export interface KubernetesNode {
  readonly providerId: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A node as the cloud's controller described it. */
export async function readNode(name: string): Promise<KubernetesNode> {
  const node = await kubernetesGet<{
    readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
    readonly spec: { readonly providerID?: string };
  }>(`/api/v1/nodes/${encodeURIComponent(name)}`);
  return { providerId: node.spec.providerID ?? "", labels: node.metadata.labels ?? {} };
}
