import { kubernetesGet } from "./api.ts";

interface EndpointSlice {
  readonly addressType: string;
  readonly endpoints: readonly { readonly addresses: readonly string[] }[] | null;
  readonly ports: readonly { readonly name?: string; readonly port?: number }[] | null;
}

/** Where the pods behind a headless Service listen: ready or not, for a node that starts is a node. */
export async function addressesOf(namespace: string, service: string): Promise<readonly string[]> {
  const selector = encodeURIComponent(`kubernetes.io/service-name=${service}`);
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=${selector}`;
  const { items } = await kubernetesGet<{ items: readonly EndpointSlice[] }>(path);
  return [...new Set(items.flatMap(addressesIn))].sort();
}

export function addressesIn({ addressType, endpoints, ports }: EndpointSlice): readonly string[] {
  const port = ports?.[0]?.port;
  if (port === undefined) return [];
  return (endpoints ?? []).flatMap(({ addresses }) =>
    addresses.map((address) => (addressType === "IPv6" ? `[${address}]:${port}` : `${address}:${port}`)),
  );
}
