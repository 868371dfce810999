import { get, type Json } from "./kubectl.ts";
import { ourVolumes } from "./volumes.ts";

/** Everything in the cluster that bears the name, and every volume of ours. */
export async function objectsLeft(): Promise<readonly string[]> {
  const kinds =
    "clusterroles,clusterrolebindings,storageclasses,volumeattributesclasses,csidrivers,volumesnapshotclasses";
  const { items } = await get(`${kinds},namespaces`);
  const named = items.filter(({ metadata }: Json) => metadata.name.includes("kura"));
  return [...named, ...(await ourVolumes())].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}
