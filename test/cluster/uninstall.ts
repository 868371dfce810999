import { get, type Json, kubectl } from "./kubectl.ts";
import { ourVolumes } from "./volumes.ts";

/** Everything in the cluster that bears the name, and every volume of ours. */
export async function objectsLeft(): Promise<readonly string[]> {
  const kinds =
    "clusterroles,clusterrolebindings,storageclasses,volumeattributesclasses,csidrivers,volumesnapshotclasses";
  const { items } = await get(`${kinds},namespaces`);
  const named = items.filter(({ metadata }: Json) => metadata.name.includes("kura"));
  return [...named, ...(await ourVolumes())].map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** Objects of whatever kind that cannot go before a driver of ours has agreed. */
export async function heldByFinalizers(): Promise<readonly string[]> {
  const kinds = (await kubectl("api-resources", "--verbs=list", "--output=name")).split("\n");
  const { items } = await get(kinds.join(","), "--all-namespaces");
  const held = items.filter(({ metadata }: Json) =>
    metadata.finalizers?.some((name: string) => /kura|ebs-csi-aws/.test(name)),
  );
  return held.map(({ kind, metadata }: Json) => `${kind} ${metadata.name}: ${metadata.finalizers.join(", ")}`);
}
