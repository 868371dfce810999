import { hostname } from "node:os";
import { Option } from "commander";
import { defaultDriverNames } from "../config.ts";
import { type Known, persistentVolumeOf } from "../kubernetes/persistent-volumes.ts";
import type { KeptVolume } from "../pool/kept-volumes.ts";
import { localTopologyOf } from "./make-local.ts";

export interface ExportOptions {
  readonly driverName: string;
  readonly nodeId: string;
  readonly class: string;
  readonly volume?: readonly string[];
}

export const exportOptions: readonly Option[] = [
  new Option("--driver-name <name>", "the driver's name in the new cluster")
    .env("KURA_DRIVER_NAME")
    .default(defaultDriverNames.loop),
  new Option("--node-id <id>", "the new name of the node that has the pool").env("KURA_NODE_ID").default(hostname()),
  new Option("--class <name>", "the StorageClass that they shall be of").default("kura"),
  new Option("--volume <id...>", "only these"),
];

/** The objects as one List, for `kubectl apply -f -`; what cannot be exported is told beside it. */
export function exportVolumes(kept: readonly KeptVolume[], options: ExportOptions, complain: (line: string) => void) {
  const { driverName, nodeId, class: storageClass, volume: only } = options;
  const where = { driver: driverName, topology: localTopologyOf(driverName, nodeId), storageClass };
  for (const id of only ?? []) if (!kept.some((volume) => volume.id === id)) complain(`there is no volume ${id}`);
  const wanted = kept.filter(({ id }) => only === undefined || only.includes(id));
  for (const volume of wanted)
    if ("unreadable" in volume) complain(`volume ${volume.id} is left out: ${volume.unreadable}`);
  const known = wanted.filter((volume): volume is Known => !("unreadable" in volume));
  return { apiVersion: "v1", kind: "List", items: known.flatMap((volume) => persistentVolumeOf(volume, where)) };
}
