import { kubernetesCall, kubernetesGet } from "./api.ts";

export type Labels = Readonly<Record<string, string>>;

export interface KubernetesNode {
  readonly providerId: string;
  readonly labels: Labels;
}

interface ApiNode {
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec: { readonly providerID?: string };
}

/** A node as the cloud's controller described it. */
export async function readNode(name: string): Promise<KubernetesNode> {
  const node = await kubernetesGet<ApiNode>(pathOf(name));
  return { providerId: node.spec.providerID ?? "", labels: node.metadata.labels ?? {} };
}

/** Gives every node the labels that it lacks, and says which. */
export async function labelNodes(labels: Labels, say: (line: string) => void): Promise<void> {
  const { items } = await kubernetesGet<{ readonly items: readonly ApiNode[] }>("/api/v1/nodes");
  for (const { metadata } of items) {
    const missing = missingOf(labels, metadata.labels ?? {});
    if (Object.keys(missing).length === 0) continue;
    await kubernetesCall("PATCH", pathOf(metadata.name), { metadata: { labels: missing } });
    say(`${metadata.name}: ${JSON.stringify(missing)}`);
  }
}

/** What a node has, right or wrong, is somebody else's. */
export const missingOf = (wanted: Labels, has: Labels): Labels =>
  Object.fromEntries(Object.entries(wanted).filter(([key]) => !Object.hasOwn(has, key)));

const pathOf = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`;
