import { apply, get, type Json } from "./kubectl.ts";

const mark = "storageclass.kubernetes.io/is-default-class";
const takenFrom = "kura.dev/default-taken-from";

const namesOf = (classes: readonly Json[]): readonly string[] => classes.map(({ metadata }) => metadata.name);

export async function defaultClasses(): Promise<readonly string[]> {
  const { items } = await get("storageclasses");
  return namesOf(items.filter(({ metadata }: Json) => metadata.annotations?.[mark] === "true"));
}

/** Those that were the default before kura was installed, and are it no more. */
export async function formerDefaults(): Promise<readonly string[]> {
  const { items } = await get("storageclasses");
  return namesOf(items.filter(({ metadata }: Json) => metadata.annotations?.[takenFrom] !== undefined));
}

/** A default class, where there is none: it is named standard, as those of kind and minikube are. */
export async function makeDefaultClass(): Promise<void> {
  if ((await defaultClasses()).length > 0) return;
  await apply([
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "standard", annotations: { [mark]: "true" } },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  ]);
}
