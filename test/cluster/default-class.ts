import { apply, get, type Json } from "./kubectl.ts";

const mark = "storageclass.kubernetes.io/is-default-class";

export async function defaultClasses(): Promise<readonly string[]> {
  const { items } = await get("storageclasses");
  const marked = items.filter(({ metadata }: Json) => metadata.annotations?.[mark] === "true");
  return marked.map(({ metadata }: Json) => metadata.name);
}

/** A default class named standard, as kind and minikube have. */
export const makeStandardClass = (): Promise<string> =>
  apply([
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  ]);
