import { get, type Json } from "./kubectl.ts";

/** The PersistentVolumes of a driver, whatever others the cluster has. */
export async function ourVolumes(driver = "loop.csi.kura.dev"): Promise<readonly Json[]> {
  const { items } = await get("persistentvolumes");
  return items.filter(({ spec }: Json) => spec.csi?.driver === driver);
}
